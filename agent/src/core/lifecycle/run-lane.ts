import { type BackoffPolicy, backoffMs } from '../backoff.ts';
import { cameUp, crashed, FRESH_HEALTH } from '../health/gate.ts';
import type { OutwardEffect } from './effects.ts';
import { also, type Env, type LiveStep, unchanged } from './env.ts';
import { type Deployment, heldRelease, IDLE_RUN, type RunLane } from './state.ts';

/** The lane that holds the one instance of the app. */

/** Ends what runs, and starts the target, the last good release, or nothing. */
export function switchTo(state: Deployment, who: RunLane['who']): LiveStep {
  const stop = stopEffects(state);
  const idle = { ...state, run: { ...IDLE_RUN, who } };
  const step = who === null ? unchanged(idle) : launch(idle);
  return { state: step.state, effects: [...stop, ...step.effects] };
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
      },
    ],
  };
}

export function markUp(state: Deployment, env: Env): LiveStep {
  const held = heldRelease(state);
  const run: RunLane = { ...state.run, status: 'up', health: cameUp(state.run.health, env.uptimeMs) };
  const step = unchanged({ ...state, run });
  if (held === null) return step;
  const { ticket } = run;
  return also(
    step,
    { kind: 'bindTriggers', ticket, release: held.workload.release },
    { kind: 'setTimer', lane: 'run', ticket, delayMs: held.facts.health.afterMs },
  );
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
    { state: { ...state, lastTicket: ticket, run }, effects: [{ kind: 'stop' }] },
    { kind: 'setTimer', lane: 'run', ticket, delayMs },
  );
}

/** An operator's restart counts as no failure. */
export function restartNow(state: Deployment): LiveStep {
  if (state.run.who === null) return unchanged(state);
  const stop = stopEffects(state);
  const step = launch({ ...state, run: { ...state.run, health: FRESH_HEALTH, restarts: state.run.restarts + 1 } });
  return { state: step.state, effects: [...stop, ...step.effects] };
}

export function stopEffects(state: Deployment): readonly OutwardEffect[] {
  return state.run.status === 'down' ? [] : [{ kind: 'stop' }];
}
