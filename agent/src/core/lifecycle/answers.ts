import { chooseVariant, issueChange, issueNow, refuseChosen, retryChange } from './change-lane.ts';
import { after, also, type Env, type LiveStep, type Step, unchanged } from './env.ts';
import type { EventOf } from './events.ts';
import { goOn, HOLD_CODES, holdBefore, holdOfWindow, wait } from './hold.ts';
import { enter, touch, withTarget } from './record.ts';
import { switchTo } from './run-lane.ts';
import { type Deployment, IDLE_CHANGE, type Trouble } from './state.ts';
import { canOverlap, startBeside } from './swap.ts';
import { reject } from './verdict.ts';

/** Answers to what the change lane asked for. */

/** Wrong bytes may come from one bad mirror or proxy; after so many in a row they are what is published. */
const CONTENT_TRIES = 3;

export function onReleaseFetched(state: Deployment, event: EventOf<'release_fetched'>, env: Env): Step {
  const { target, good } = state.record;
  const { releaseCounter } = event.facts;
  if (good !== null && releaseCounter < good.facts.releaseCounter && target.workload.rollback !== true) {
    const message =
      `release counter ${releaseCounter} is below ${good.facts.releaseCounter}, which this device has confirmed; ` +
      'an older release needs an explicit rollback';
    return reject(withTarget(state, { facts: event.facts }), { code: 'version_not_higher', message }, env);
  }
  return chooseVariant(state, event.facts, 0, env);
}

export function onFetchFailed(
  state: Deployment,
  event: EventOf<'release_failed'> | EventOf<'blob_failed'>,
  env: Env,
): Step {
  const { code, message } = event;
  const isContent = code === 'digest_mismatch' || code === 'length_mismatch';
  if (event.isFinal || (isContent && state.change.failures + 1 >= CONTENT_TRIES))
    return reject(state, { code, message }, env);
  // The delta that was hoped for is none, or too large: no fault, but a wait.
  const hold = HOLD_CODES.has(code) ? holdBefore(state, env) : null;
  return hold === null ? retryChange(state, { code, message }, env) : wait(state, hold, env);
}

export function onBlobBegun(state: Deployment): Step {
  return unchanged(goOn(state));
}

export function onBlobFetched(state: Deployment, env: Env): Step {
  return issueNow({ ...enter(state, 'staged', env), change: IDLE_CHANGE });
}

export function onPrepared(state: Deployment, event: EventOf<'prepared'>, env: Env): Step {
  const hold = holdOfWindow(state, env);
  if (hold !== null) return wait(state, hold, env);
  const activating = enter(withTarget(state, { runtime: event.runtime }), 'activating', env);
  return canOverlap(activating, env) ? startBeside(activating) : switchTo(activating, 'target');
}

export function onRefused(state: Deployment, event: EventOf<'refused'>, env: Env): Step {
  return refuseChosen(state, event, env);
}

/**
 * A runtime may find only at the start what it could have refused before, or be gone in the middle of the trial: the release has not
 * failed. What ran is put back, and the next variant gets its turn.
 */
export function onRefusedOnTrial(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const home = switchTo(state, state.record.good && 'good');
  return after(home, (next) => refuseChosen(next, trouble, env));
}

export function onRetryDue(state: Deployment, env: Env): Step {
  return issueChange(state, env);
}

/** Recovery: whatever the record says was under way is asked for again. */
export function onBoot(state: Deployment, env: Env): Step {
  const { phase, good } = state.record;
  if (phase === 'activating' || phase === 'probing')
    return switchTo(phase === 'probing' ? enter(state, 'activating', env) : touch(state), 'target');
  const home = good === null ? unchanged(state) : switchTo(state, 'good');
  // Preparing may be what took the device down: each try leaves a trace, so that it ends at the bound of transitions.
  const isPreparing = phase === 'staged' && holdOfWindow(state, env) === null;
  const traced = isPreparing ? touch(home.state) : home.state;
  return after(also(unchanged(traced), ...home.effects), (next) => issueChange(next, env));
}
