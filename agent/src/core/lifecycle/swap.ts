import { crashed, hasFailed } from '../health/gate.ts';
import { also, type Env, type LiveStep, type Step, unchanged } from './env.ts';
import type { EventOf } from './events.ts';
import { enter } from './record.ts';
import { beginProbes, launch, markUp, scheduleProbe } from './run-lane.ts';
import { type Deployment, heldRelease, IDLE_RUN, type Trouble } from './state.ts';
import { fail } from './verdict.ts';

/**
 * A swap without a gap: the target starts beside the last good release's instance, which keeps every trigger until the target has
 * passed a probe; then the triggers move. What can be lost by running both at once is decided by `swap` of the release
 * (core/swap-policy.ts) and by what the runtimes can do; how calls and state are handed over is the shell's
 * (shell/executors/move-triggers.ts).
 */
export function canOverlap({ record, run }: Deployment, { device }: Env): boolean {
  const { target, good } = record;
  if (run.who !== 'good' || run.status !== 'up' || good === null || target.facts?.swap !== 'overlap') return false;
  const kinds = [target.facts.variants[target.variantAt]?.kind, good.facts.variants[good.variantAt]?.kind];
  return kinds.every((kind) => kind !== undefined && device.sideBySide?.includes(kind) === true);
}

export function startBeside(state: Deployment): LiveStep {
  return launch({ ...state, run: { ...IDLE_RUN, who: 'target', prior: state.run.ticket } });
}

export function beginProving(state: Deployment, env: Env): LiveStep {
  return beginProbes(state, 'proving', env);
}

/** It answered: the triggers are its own from now on. */
export function beginMove(state: Deployment, from: number): LiveStep {
  const { ticket } = state.run;
  const release = state.record.target.workload.release;
  return also(unchanged({ ...state, run: { ...state.run, status: 'moving' } }), {
    kind: 'moveTriggers',
    ticket,
    from,
    release,
  });
}

export function onMoved(state: Deployment, env: Env): Step {
  return beginProbes(enter({ ...state, run: { ...state.run, prior: null } }, 'probing', env), 'up', env);
}

/** Failures to move add up over the trial, as crashes do: a probe that passes in between must not make it endless. */
export function onMoveFailed(state: Deployment, event: EventOf<'move_failed'>, env: Env): Step {
  const held = heldRelease(state);
  if (held === null) return unchanged(state);
  const health = crashed(state.run.health);
  const next: Deployment = { ...state, run: { ...state.run, status: 'proving', health } };
  const trouble: Trouble = { code: event.code, message: event.message };
  if (event.isFinal || hasFailed(health, held.facts.health)) return fail(next, trouble, env);
  return scheduleProbe(next, held.facts.health.everyMs);
}

/** The last good release's instance is gone in the middle of the swap: what proves itself gets the triggers at once. */
export function onPriorGone(state: Deployment, trouble: Trouble, env: Env): Step {
  const { run, record } = state;
  if (run.prior === null) return unchanged(state);
  const alone = { ...state, run: { ...run, prior: null } };
  const isUp = run.status === 'proving' || run.status === 'moving';
  const step = isUp ? markUp(enter(alone, 'probing', env), env) : unchanged(alone);
  const told = also(step, {
    kind: 'report',
    severity: 'warning',
    name: 'workload_crashed',
    message: `${record.app} ${record.good?.workload.version ?? ''}: ${trouble.code}: ${trouble.message}`,
  });
  return { state: told.state, effects: [{ kind: 'dismiss', ticket: run.prior }, ...told.effects] };
}
