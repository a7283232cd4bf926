import type { DesiredWorkload } from '@wherry/protocol';
import { hasOtherTerms, isSameTry } from '../plan/plan.ts';
import { isQuarantined } from '../quarantine.ts';
import { issueChange } from './change-lane.ts';
import { after, also, type Env, type LiveStep, type Step, unchanged } from './env.ts';
import type { EventOf } from './events.ts';
import { isHeld } from './hold.ts';
import { enter, isPending, withTarget } from './record.ts';
import { stopEffects, switchTo } from './run-lane.ts';
import { type Candidate, type Confirmed, type Deployment, IDLE_CHANGE, restore } from './state.ts';
import { reject } from './verdict.ts';

/** A newly desired workload: nothing new, other terms of the same, back to what is good already, or a deployment from the start. */
export function onDesired(state: Deployment | null, event: EventOf<'desired'>, env: Env): Step {
  const { workload } = event;
  if (workload === null) return state === null ? { state, effects: [] } : remove(state);
  if (state === null)
    return begin(restore(firstRecord(workload, env), env.lastTicket), workload, event.failedAttempt, env);
  const { target, good } = state.record;
  const isNothingNew = event.choosesAgain !== true && isSameTry(workload, target.workload);
  if (isNothingNew)
    return hasOtherTerms(workload, target.workload) ? withTerms(state, workload, env) : unchanged(state);
  const idle = cancelChange(state);
  const calm = after(idle, (next) => (next.run.who === 'target' ? switchTo(next, good && 'good') : unchanged(next)));
  if (good !== null && event.choosesAgain !== true && isSameTry(workload, good.workload))
    return after(calm, (next) => backToGood(next, workload, good, env));
  return after(calm, (next) => begin(next, workload, event.failedAttempt, env));
}

function firstRecord(workload: DesiredWorkload, env: Env) {
  return {
    app: workload.app,
    phase: 'waiting' as const,
    target: candidate(workload),
    good: null,
    verdict: null,
    sinceMs: env.nowMs,
    transitions: 0,
  };
}

function candidate(workload: DesiredWorkload): Candidate {
  return { workload, facts: null, variantAt: 0, refusals: [], runtime: null };
}

function begin(state: Deployment, workload: DesiredWorkload, failedAttempt: number | null, env: Env): LiveStep {
  const fresh = withTarget({ ...state, change: IDLE_CHANGE }, candidate(workload));
  const waiting = enter(fresh, 'waiting', env, { verdict: null });
  const counted = { ...waiting, record: { ...waiting.record, transitions: 0 } };
  if (hasUnknownZone(workload, env)) return rejectZone(counted, env);
  if (!isQuarantined(workload.attempt, failedAttempt)) return issueChange(counted, env);
  const message = `${workload.version} failed on this device at attempt ${failedAttempt}; only a higher attempt tries it again`;
  return reject(counted, { code: 'quarantined', message }, env);
}

/** The last good release is wanted again and still in place: nothing has to be restarted. */
function backToGood(state: Deployment, workload: DesiredWorkload, good: Confirmed, env: Env): LiveStep {
  const again = { ...good, workload };
  const target = { ...candidate(workload), ...again };
  const settled = enter(withTarget(state, target), 'healthy', env, { good: again, verdict: null });
  return also(unchanged({ ...settled, change: IDLE_CHANGE }), { kind: 'collectGarbage' });
}

function withTerms(state: Deployment, workload: DesiredWorkload, env: Env): LiveStep {
  const next = withTarget(state, { workload });
  if (hasUnknownZone(workload, env) && isPending(next.record.phase) && next.run.who !== 'target')
    return after(cancelChange(next), (idle) => rejectZone(idle, env));
  // What it waits for may be among the terms.
  if (isHeld(next)) return issueChange(next, env);
  if (state.record.phase !== 'healthy' || next.record.good === null) return unchanged(next);
  return unchanged({ ...next, record: { ...next.record, good: { ...next.record.good, workload } } });
}

function hasUnknownZone({ window }: DesiredWorkload, env: Env): boolean {
  return window !== undefined && env.zone === null;
}

function rejectZone(state: Deployment, env: Env): LiveStep {
  const name = state.record.target.workload.window?.timeZone ?? '';
  const message = `this device does not know the time zone ${JSON.stringify(name)} of the activation window`;
  return reject(state, { code: 'invalid_message', message }, env);
}

function cancelChange(state: Deployment): LiveStep {
  if (!isPending(state.record.phase)) return unchanged(state);
  // A new ticket makes the answer of the cancelled operation a late one.
  const ticket = state.lastTicket + 1;
  const change = { ...IDLE_CHANGE, ticket };
  return { state: { ...state, lastTicket: ticket, change }, effects: [{ kind: 'cancelChange' }] };
}

function remove(state: Deployment): Step {
  return {
    state: null,
    effects: [
      { kind: 'cancelChange' },
      ...stopEffects(state),
      { kind: 'forget' },
      {
        kind: 'report',
        severity: 'info',
        name: 'workload_removed',
        message: `${state.record.app} is no longer wanted`,
      },
      { kind: 'collectGarbage' },
    ],
  };
}
