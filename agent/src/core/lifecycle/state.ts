import type { DeploymentState, DesiredWorkload, ErrorCode, HealthPolicy, Refusal } from '@wherry/protocol';
import type { VariantFacts } from '../fit.ts';
import { FRESH_HEALTH, type Health } from '../health/gate.ts';

/**
 * The state of one app on this device. `record` is what survives a restart: it is saved before its effects run. The two lanes live
 * as long as the agent's process: `change` brings the target nearer (one fetch, preparation or retry timer at a time), `run` holds
 * the one instance of the app. A ticket names the newest operation of a lane; an answer with another ticket is late and ignored.
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
}

export interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
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
  readonly status: 'down' | 'starting' | 'up' | 'pausing' | 'ended';
  readonly ticket: number;
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
