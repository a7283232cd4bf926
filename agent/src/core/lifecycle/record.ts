import type { DeploymentState } from '@wherry/protocol';
import type { Env } from './env.ts';
import type { Candidate, Deployment, DeploymentRecord } from './state.ts';

/** The only ways in which a record changes; every one of them is saved, and counted while the deployment has no verdict. */
export function enter(
  state: Deployment,
  phase: DeploymentState,
  env: Env,
  patch: Partial<Pick<DeploymentRecord, 'good' | 'verdict'>> = {},
): Deployment {
  return { ...state, record: { ...state.record, ...patch, phase, sinceMs: env.nowMs } };
}

export function withTarget(state: Deployment, patch: Partial<Candidate>): Deployment {
  return { ...state, record: { ...state.record, target: { ...state.record.target, ...patch } } };
}

/** Same content, saved once more: leaves a trace of a try that a power cut may have ended. */
export function touch(state: Deployment): Deployment {
  return { ...state, record: { ...state.record } };
}

/** Phases on the way to a verdict, in which transitions are bounded. */
export function isPending(phase: DeploymentState): boolean {
  return (
    phase === 'waiting' ||
    phase === 'downloading' ||
    phase === 'staged' ||
    phase === 'activating' ||
    phase === 'probing'
  );
}

export function isOnTrial(state: Deployment): boolean {
  const { phase } = state.record;
  return state.run.who === 'target' && (phase === 'activating' || phase === 'probing');
}
