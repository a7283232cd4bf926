import type { DeploymentState, DesiredWorkload, ErrorCode, HealthPolicy, LimitHit, Refusal } from '@wherry/protocol';
import type { VariantFacts } from '../fit.ts';
import { FRESH_HEALTH, type Health } from '../health/gate.ts';

/**
 * The state of one app on this device. `record` is what survives a restart: it is saved before its effects run. The two lanes live
 * as long as the agent's process: `change` brings the target nearer (one fetch, preparation or retry timer at a time), `run` holds
 * the one instance of the app, or two for as long as triggers move from one to the other. A ticket names the newest operation of a lane; an answer with another ticket is late and ignored.
 */
export interface Deployment {
  readonly record: DeploymentRecord;
  readonly change: ChangeLane;
  readonly run: RunLane;
  readonly lastTicket: number;
}

export interface DeploymentRecord {
  readonly app: string;
  readonly phase: DeploymentState;
  /** What the phase is about. */
  readonly target: Candidate;
  /** The last confirmed release: stays, with its files, until the next one is confirmed (rule A2). */
  readonly good: Confirmed | null;
  /** Why the phase is what it is, where something went wrong. */
  readonly verdict: Trouble | null;
  readonly sinceMs: number;
  /** Saved records of this deployment so far, bounded by LIMITS.transitionsPerDeployment. */
  readonly transitions: number;
}

export interface Candidate {
  readonly workload: DesiredWorkload;
  readonly facts: ReleaseFacts | null;
  readonly variantAt: number;
  readonly refusals: readonly Refusal[];
  readonly runtime: string | null;
}

export interface Confirmed {
  readonly workload: DesiredWorkload;
  readonly facts: ReleaseFacts;
  readonly variantAt: number;
  readonly runtime: string | null;
}

/** What the machine needs of a verified release; whoever runs it reads and verifies the signed document itself. */
export interface ReleaseFacts {
  readonly releaseCounter: number;
  readonly variants: readonly VariantFacts[];
  readonly health: HealthPolicy;
  /** Every trigger is `start`: ending with exit code 0 is success. */
  readonly isOneShot: boolean;
  /** May its first instance run beside the last good release's for a moment? Records without it mean no. */
  readonly swap?: 'overlap' | 'restart' | undefined;
}

export interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
  readonly limit?: LimitHit | undefined;
}

export interface ChangeLane {
  readonly ticket: number;
  /** Failed tries of the present operation. */
  readonly failures: number;
  /** What keeps it waiting. */
  readonly trouble: Trouble | null;
}

export interface RunLane {
  readonly who: 'target' | 'good' | null;
  /** `proving`: up beside the last good release's instance, without triggers; `moving`: it passed a probe and gets them now. */
  readonly status: 'down' | 'starting' | 'proving' | 'moving' | 'up' | 'pausing' | 'ended';
  readonly ticket: number;
  /** The last good release's instance that keeps the triggers while the target proves itself beside it; null without one. */
  readonly prior: number | null;
  readonly health: Health;
  readonly restarts: number;
  /** Set while a confirmed workload keeps crashing. */
  readonly trouble: Trouble | null;
}

export const IDLE_CHANGE: ChangeLane = { ticket: 0, failures: 0, trouble: null };
export const IDLE_RUN: RunLane = {
  who: null,
  status: 'down',
  ticket: 0,
  prior: null,
  health: FRESH_HEALTH,
  restarts: 0,
  trouble: null,
};

/** What a restarted agent knows: the record, and that nothing runs. */
export function restore(record: DeploymentRecord, lastTicket = 0): Deployment {
  return { record, change: IDLE_CHANGE, run: IDLE_RUN, lastTicket };
}

/** The release that the run lane holds. */
export function heldRelease(state: Deployment): Confirmed | null {
  if (state.run.who === 'good') return state.record.good;
  const { workload, facts, variantAt, runtime } = state.record.target;
  return state.run.who === 'target' && facts !== null ? { workload, facts, variantAt, runtime } : null;
}
