import { RESTART_BACKOFF, TRIAL_BACKOFF } from '../backoff.ts';
import { crashed, FRESH_HEALTH, hasFailed, isSteady, probeFailed, probePassed, soakLeftMs } from '../health/gate.ts';
import { onRefusedOnTrial } from './answers.ts';
import { after, also, type Env, type LiveStep, type Step, unchanged } from './env.ts';
import type { EventOf } from './events.ts';
import { enter, isOnTrial } from './record.ts';
import { launch, markUp, pauseAndRestart, scheduleProbe } from './run-lane.ts';
import { type Deployment, heldRelease, type Trouble } from './state.ts';
import { beginMove, beginProving } from './swap.ts';
import { confirm, fail, reverted } from './verdict.ts';

/** What the instance does: comes up, passes or fails probes, crashes, ends. */

/** Starts of the last good release that may fail, while going back to it, before the deployment counts as failed. */
const WAY_BACK_TRIES = 3;

/** Refusals that a runtime gives for a variant; anything else that goes wrong at a start is a failure of the release. */
const VARIANT_REFUSALS: ReadonlySet<string> = new Set([
  'module_malformed',
  'module_too_large',
  'feature_refused',
  'import_refused',
  'capability_denied',
  'memory_above_limit',
  'limit_above_device',
  'isolation_below',
  'hardware_missing',
  'hardware_busy',
  'no_runtime',
  'wrong_platform',
]);

/** The runtime is gone, which says nothing about the release that it ran. */
function isRuntimeGone({ code }: Pick<Trouble, 'code'>): boolean {
  return code === 'no_runtime';
}

export function onStarted(state: Deployment, env: Env): Step {
  const { app, phase, target } = state.record;
  const isBeside = state.run.prior !== null;
  const up = isBeside ? beginProving(state, env) : markUp(state, env);
  if (phase === 'activating' && state.run.who === 'target')
    return also(
      after(up, (next) => unchanged(isBeside ? next : enter(next, 'probing', env))),
      {
        kind: 'report',
        severity: 'info',
        name: 'workload_started',
        message: `${app} ${target.workload.version} started by ${target.runtime ?? 'its runtime'}`,
      },
    );
  return phase === 'reverting' ? after(up, (next) => reverted(next, env)) : up;
}

export function onStartFailed(state: Deployment, event: EventOf<'start_failed'>, env: Env): Step {
  if (isOnTrial(state) && VARIANT_REFUSALS.has(event.code)) return onRefusedOnTrial(state, event, env);
  // It had its tries, each of them a start of the whole agent.
  if (isOnTrial(state) && event.code === 'agent_not_confirmed') return fail(state, troubleOf(event), env);
  return onCrashed(state, event, env);
}

function troubleOf({ code, message, limit }: Trouble): Trouble {
  return { code, message, ...(limit && { limit }) };
}

export function onCrashed(state: Deployment, event: Trouble, env: Env): Step {
  const held = heldRelease(state);
  if (held === null) return unchanged(state);
  const trouble = troubleOf(event);
  const health = crashed(state.run.health);
  if (isOnTrial(state)) {
    if (isRuntimeGone(trouble)) return onRefusedOnTrial(state, trouble, env);
    if (!hasFailed(health, held.facts.health)) return pauseAndRestart(state, TRIAL_BACKOFF, env);
    return fail(state, health.crashes === 1 ? trouble : crashLoop(health.crashes, trouble), env);
  }
  const paused = pauseAndRestart(state, RESTART_BACKOFF, env);
  const told = also(paused, report(state, 'warning', 'workload_crashed', `${trouble.code}: ${trouble.message}`));
  if (state.record.phase === 'reverting' && health.crashes >= WAY_BACK_TRIES) return lostWayBack(told, trouble, env);
  if (!hasFailed(health, held.facts.health)) {
    const step = health.crashes === 1 ? told : paused;
    return trouble.code === 'health_failed' ? withTrouble(step, trouble) : step;
  }
  const looping = crashLoop(health.crashes, trouble);
  const step = withTrouble(paused, looping);
  const isKnown = state.run.trouble?.code === 'crash_loop';
  return isKnown ? step : also(step, report(state, 'error', 'crash_loop', looping.message));
}

/** A confirmed workload is healthy with a code beside it: what the control plane's soak counts. */
function withTrouble(step: LiveStep, trouble: Trouble): LiveStep {
  return { ...step, state: { ...step.state, run: { ...step.state.run, trouble } } };
}

export function onEnded(state: Deployment, event: EventOf<'ended'>, env: Env): Step {
  const held = heldRelease(state);
  if (held === null) return unchanged(state);
  // Beside the last good release it has had no trigger yet, so it cannot have done what it is for.
  if (event.exitCode !== 0 || !held.facts.isOneShot || state.run.prior !== null)
    return onCrashed(state, { code: 'guest_error', message: `ended by itself with exit code ${event.exitCode}` }, env);
  const done: LiveStep = {
    state: { ...state, run: { ...state.run, status: 'ended', health: FRESH_HEALTH, trouble: null } },
    effects: [{ kind: 'stop' }, report(state, 'info', 'workload_ended', 'ended with exit code 0')],
  };
  if (isOnTrial(state)) return after(done, (next) => confirm(next, env));
  return state.record.phase === 'reverting' ? after(done, (next) => reverted(next, env)) : done;
}

export function onProbePassed(state: Deployment, env: Env): Step {
  const held = heldRelease(state);
  if (held === null) return unchanged(state);
  const health = probePassed(state.run.health, env.uptimeMs);
  const policy = held.facts.health;
  if (isOnTrial(state)) {
    const next = { ...state, run: { ...state.run, health } };
    if (state.run.status === 'proving' && state.run.prior !== null) return beginMove(next, state.run.prior);
    const leftMs = soakLeftMs(health, policy, env.uptimeMs);
    if (leftMs > 0) return scheduleProbe(next, Math.min(policy.everyMs, leftMs));
    return after(confirm(next, env), (confirmed) => scheduleProbe(confirmed, policy.everyMs));
  }
  const settled = isSteady(health, env.uptimeMs)
    ? { ...state.run, health: { ...health, crashes: 0 }, trouble: null }
    : { ...state.run, health };
  return scheduleProbe({ ...state, run: settled }, policy.everyMs);
}

export function onProbeFailed(state: Deployment, event: EventOf<'probe_failed'>, env: Env): Step {
  const held = heldRelease(state);
  if (held === null) return unchanged(state);
  if (isOnTrial(state) && isRuntimeGone(event)) return onRefusedOnTrial(state, event, env);
  const health = probeFailed(state.run.health);
  const policy = held.facts.health;
  const next = { ...state, run: { ...state.run, health } };
  if (health.probeFailures < policy.failures) return scheduleProbe(next, policy.everyMs);
  const trouble: Trouble = {
    code: 'health_failed',
    message: `${health.probeFailures} probes in a row failed; the last: ${event.message}`,
  };
  return isOnTrial(state) ? fail(next, trouble, env) : onCrashed(next, trouble, env);
}

export function onRunTimer(state: Deployment): Step {
  if (state.run.status === 'pausing') return launch(state);
  return { state, effects: [{ kind: 'probe', ticket: state.run.ticket }] };
}

function lostWayBack(step: LiveStep, trouble: Trouble, env: Env): LiveStep {
  const { verdict } = step.state.record;
  const message = `${verdict?.message ?? 'the release failed'}; then the last good one did not start: ${trouble.message}`;
  // The last good release is tried on, slowly: the verdict is about the new one.
  return after(step, (next) =>
    unchanged(enter(next, 'failed', env, { verdict: { code: verdict?.code ?? trouble.code, message } })),
  );
}

function crashLoop(crashes: number, trouble: Trouble): Trouble {
  const message = `crashed ${crashes} times; the last: ${trouble.code}: ${trouble.message}`;
  return { code: 'crash_loop', message, ...(trouble.limit && { limit: trouble.limit }) };
}

function report(state: Deployment, severity: 'info' | 'warning' | 'error', name: string, message: string) {
  const version = heldRelease(state)?.workload.version ?? '';
  return { kind: 'report' as const, severity, name, message: `${state.record.app} ${version}: ${message}` };
}
