import { also, type Env, type LiveStep, type Step, unchanged } from './env.ts';
import type { EventOf } from './events.ts';
import { enter, isOnTrial, isPending } from './record.ts';
import { switchTo } from './run-lane.ts';
import { type Deployment, heldRelease, type Trouble } from './state.ts';
import { fail } from './verdict.ts';

/**
 * The owner's keys do not name a release any more that runs here, or that is the last good one. Starting it again is refused in any case
 * (rule A1); whether it is stopped is this device's to say (`onRevoked` in agent.json).
 */
export function onRevoked(state: Deployment, event: EventOf<'revoked'>, env: Env): Step {
  const { release, code, message } = event;
  const isHeld = heldRelease(state)?.workload.release === release;
  const isGood = state.record.good?.workload.release === release;
  if (!isHeld && !isGood) return unchanged(state);
  const version = (isHeld ? heldRelease(state) : state.record.good)?.workload.version ?? '';
  const told = (step: LiveStep) =>
    also(step, {
      kind: 'report',
      severity: event.stops ? 'error' : 'warning',
      name: 'release_revoked',
      message: `${state.record.app} ${version} is ${event.stops ? 'stopped' : 'not stopped, but will not start again'}: ${code}: ${message}`,
    });
  if (!event.stops) return told(unchanged(state));
  return told(stopRevoked(state, { code, message }, isGood, env));
}

function stopRevoked(state: Deployment, trouble: Trouble, isGood: boolean, env: Env): LiveStep {
  if (!isGood) return isOnTrial(state) ? fail(state, trouble, env) : unchanged(state);
  const { phase } = state.record;
  // What is not trusted is nothing to go back to.
  const without = { ...state, record: { ...state.record, good: null } };
  if (isOnTrial(state)) {
    const isSame = state.record.target.workload.release === state.record.good?.workload.release;
    if (isSame) return fail(without, trouble, env);
    // Its instance may hold the triggers beside the one on trial: both end, and the trial begins anew.
    return state.run.prior === null ? unchanged(without) : switchTo(enter(without, 'activating', env), 'target');
  }
  const stopped = switchTo(without, null);
  const collected = also(stopped, { kind: 'collectGarbage' });
  if (isPending(phase)) return collected;
  return { ...collected, state: enter(collected.state, 'failed', env, { good: null, verdict: trouble }) };
}
