import { after, also, type Env, type LiveStep, unchanged } from './env.ts';
import { enter } from './record.ts';
import { switchTo } from './run-lane.ts';
import { type Deployment, heldRelease, IDLE_CHANGE, type Trouble } from './state.ts';

/** The ways in which a deployment ends: confirmed, rejected before anything was touched, or failed and put back. */

export function confirm(state: Deployment, env: Env): LiveStep {
  const good = heldRelease(state);
  const { workload } = state.record.target;
  const healthy = enter(state, 'healthy', env, { good, verdict: null });
  return also(
    unchanged({ ...healthy, change: IDLE_CHANGE, run: { ...state.run, who: 'good' } }),
    {
      kind: 'report',
      severity: 'info',
      name: 'release_confirmed',
      message: `${workload.app} ${workload.version} is the last good release now`,
    },
    { kind: 'collectGarbage' },
  );
}

/** The release is not taken; what ran goes on. */
export function reject(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const { workload } = state.record.target;
  const rejected = { ...enter(state, 'rejected', env, { verdict: trouble }), change: IDLE_CHANGE };
  return also(
    unchanged(rejected),
    {
      kind: 'report',
      severity: 'error',
      name: 'release_rejected',
      message: `${workload.app} ${workload.version}: ${trouble.code}: ${trouble.message}`,
    },
    { kind: 'collectGarbage' },
  );
}

/** The release was tried and failed: quarantined (rule A5), and the last good one put back. */
export function fail(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const { target, good } = state.record;
  const { workload } = target;
  // A release that is also the last good one failed with other settings: quarantining its digest would take away the way back.
  const isOtherRelease = good?.workload.release !== workload.release;
  const quarantine = isOtherRelease
    ? [{ kind: 'quarantine' as const, release: workload.release, attempt: workload.attempt, code: trouble.code }]
    : [];
  const idle = { ...state, change: IDLE_CHANGE };
  const step = good === null ? giveUp(idle, trouble, env) : putBack(idle, trouble, env);
  return also(
    step,
    ...quarantine,
    {
      kind: 'report',
      severity: 'error',
      name: 'release_failed',
      message: `${workload.app} ${workload.version}: ${trouble.code}: ${trouble.message}`,
    },
    { kind: 'collectGarbage' },
  );
}

export function giveUp(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  return after(switchTo(state, null), (next) => unchanged(enter(next, 'failed', env, { verdict: trouble })));
}

function putBack(state: Deployment, trouble: Trouble, env: Env): LiveStep {
  const isGoodRunning = state.run.who === 'good' && (state.run.status === 'up' || state.run.status === 'ended');
  if (isGoodRunning) return reverted(enter(state, 'reverting', env, { verdict: trouble }), env);
  const reverting = enter(state, 'reverting', env, { verdict: trouble });
  if (state.run.prior !== null) return after(switchTo(reverting, 'good'), (next) => reverted(next, env));
  return state.run.who === 'good' ? unchanged(reverting) : switchTo(reverting, 'good');
}

export function reverted(state: Deployment, env: Env): LiveStep {
  const version = state.record.good?.workload.version ?? 'nothing';
  return also(unchanged(enter(state, 'reverted', env)), {
    kind: 'report',
    severity: 'warning',
    name: 'reverted',
    message: `${state.record.app} runs ${version} again`,
  });
}
