import { type BackoffPolicy, backoffMs } from '../backoff.ts';
import { cameUp, crashed, FRESH_HEALTH } from '../health/gate.ts';
import type { OutwardEffect } from './effects.ts';
import { also, type Env, type LiveStep, unchanged } from './env.ts';
import { type Deployment, heldRelease, IDLE_RUN, type RunLane } from './state.ts';

/** The lane that holds the instance of the app; swap.ts holds two of them for a moment. */

/** Ends what runs, and starts the target, the last good release, or nothing. */
export function switchTo(state: Deployment, who: RunLane['who']): LiveStep {
  if (who === 'good' && state.run.prior !== null) return returnToPrior(state, state.run.prior);
  const stop = stopEffects(state);
  const idle = { ...state, run: { ...IDLE_RUN, who } };
  const step = who === null ? unchanged(idle) : launch(idle);
  return { state: step.state, effects: [...stop, ...step.effects] };
}

/** The last good release never lost a trigger: it goes on as if nothing had been. */
function returnToPrior(state: Deployment, prior: number): LiveStep {
  const dismissed = endOwn(state);
  const run: RunLane = { ...IDLE_RUN, who: 'good', status: 'up', ticket: prior };
  const next = { ...state, run };
  const delayMs = heldRelease(next)?.facts.health.everyMs ?? 0;
  const step = scheduleProbe(next, delayMs);
  return { state: step.state, effects: [...dismissed, ...step.effects] };
}

/** Starts whatever the lane holds. */
export function launch(state: Deployment): LiveStep {
  const held = heldRelease(state);
  if (held === null) return unchanged({ ...state, run: IDLE_RUN });
  const ticket = state.lastTicket + 1;
  const { workload, variantAt } = held;
  return {
    state: { ...state, lastTicket: ticket, run: { ...state.run, status: 'starting', ticket } },
    effects: [
      {
        kind: 'start',
        ticket,
        release: workload.release,
        version: workload.version,
        variantAt,
        config: workload.config,
        ...(state.run.prior !== null && { beside: true as const }),
      },
    ],
  };
}

export function markUp(state: Deployment, env: Env): LiveStep {
  const held = heldRelease(state);
  if (held === null) return beginProbes(state, 'up', env);
  const bind = { kind: 'bindTriggers' as const, ticket: state.run.ticket, release: held.workload.release };
  const step = beginProbes({ ...state, run: { ...state.run, prior: null } }, 'up', env);
  return { state: step.state, effects: [bind, ...step.effects] };
}

/** It came up, or got its triggers: time counts from here. */
export function beginProbes(state: Deployment, status: 'up' | 'proving', env: Env): LiveStep {
  const run: RunLane = { ...state.run, status, health: cameUp(state.run.health, env.uptimeMs) };
  return scheduleProbe({ ...state, run }, heldRelease(state)?.facts.health.afterMs ?? 0);
}

export function scheduleProbe(state: Deployment, delayMs: number): LiveStep {
  return also(unchanged(state), { kind: 'setTimer', lane: 'run', ticket: state.run.ticket, delayMs });
}

/** After a crash: clears away what is left, waits, starts again. */
export function pauseAndRestart(state: Deployment, policy: BackoffPolicy, env: Env): LiveStep {
  const health = crashed(state.run.health);
  const ticket = state.lastTicket + 1;
  const run: RunLane = { ...state.run, status: 'pausing', ticket, health, restarts: state.run.restarts + 1 };
  const delayMs = backoffMs(health.crashes, policy, env.random);
  return also(
    { state: { ...state, lastTicket: ticket, run }, effects: endOwn(state) },
    { kind: 'setTimer', lane: 'run', ticket, delayMs },
  );
}

/** An operator's restart counts as no failure. */
export function restartNow(state: Deployment): LiveStep {
  if (state.run.who === null) return unchanged(state);
  const stop = state.run.prior === null ? stopEffects(state) : endOwn(state);
  const step = launch({ ...state, run: { ...state.run, health: FRESH_HEALTH, restarts: state.run.restarts + 1 } });
  return { state: step.state, effects: [...stop, ...step.effects] };
}

export function stopEffects(state: Deployment): readonly OutwardEffect[] {
  return state.run.status === 'down' ? [] : [{ kind: 'stop' }];
}

/** Ends the lane's own instance; the one that keeps the triggers beside it stays. */
function endOwn({ run }: Deployment): readonly OutwardEffect[] {
  return run.prior === null ? [{ kind: 'stop' }] : [{ kind: 'dismiss', ticket: run.ticket }];
}
