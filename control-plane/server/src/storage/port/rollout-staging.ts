import type { MemberState, RolloutId } from '@wherry/protocol';
import type { Member } from '../../domain/rollouts/model.ts';
import type { MemberRecord, RolloutRecord } from './rollouts.ts';

/**
 * A rollout over a large fleet is saved at once with its members staged in batches; each batch becomes rows in a transaction of its
 * own. A batch is either staged or written, so whoever goes on after a crash finds what is left.
 */
export interface RolloutStagingRepository {
  stage(record: RolloutRecord, members: readonly MemberRecord[], batchRows: number): Promise<void>;
  /** Makes rows of the next batch; returns how many, 0 when none is left. `settle` says what each is to be now. */
  writeStaged(tenant: string, rollout: string, settle: (member: Member) => Member): Promise<number>;
  hasStaged(tenant: string, rollout: string): Promise<boolean>;
  /** Rollouts that are being prepared, or that have staged members, and that no process works on; oldest first, of every tenant. */
  toPrepare(nowMs: number, limit: number): Promise<{ tenant: string; rollout: RolloutId }[]>;
  /** Takes one until the time; false when another process has it. */
  leaseStaged(tenant: string, rollout: string, nowMs: number, untilMs: number): Promise<boolean>;
  /** Gives a lease back, or renews it. */
  keepLease(tenant: string, rollout: string, untilMs: number | null): Promise<void>;
  /** Whether a rollout of the app that is older than this one (any, if none is given) is being prepared. */
  hasOlderPreparing(tenant: string, app: string, than?: string): Promise<boolean>;
  /** Members in these states of other rollouts of the app that have begun, whose devices this rollout is to have. */
  heldByOthers(
    tenant: string,
    rollout: { readonly id: string; readonly app: string },
    states: readonly MemberState[],
    limit: number,
  ): Promise<{ rollout: RolloutId; device: string }[]>;
  /** Devices that are no members of the rollout. */
  outside(tenant: string, rollout: string): Promise<string[]>;
  /** Members that wait aside although their device is online, of every tenant. */
  waitingOnline(limit: number): Promise<{ tenant: string; rollout: RolloutId; device: string }[]>;
}
