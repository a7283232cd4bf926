import type { AppName, Digest, MemberState, Rollout, RolloutId, RolloutState, Version } from '@wherry/protocol';
import type { Member, RolloutHeader } from '../../domain/rollouts/model.ts';
import type { Page, PageRequest } from './page.ts';

/** A rollout as it is saved: what never changes, and the machine's header with the version that compare-and-swap looks at. */
export interface RolloutRecord
  extends Pick<
    Rollout,
    'id' | 'selector' | 'config' | 'rollback' | 'createdBy' | 'createdAtMs' | 'reverts' | 'revertedBy'
  > {
  readonly tenant: string;
  readonly app: AppName;
  readonly version: Version;
  readonly release: Digest;
  readonly releaseCounter: number;
  readonly header: RolloutHeader;
  /** Grows by one with each save. */
  readonly revision: number;
}

/** Where a member is moved to when that is not the rollout's own release: in a revert. `release` null takes the app away. */
export interface MemberTarget {
  readonly release: Digest | null;
  readonly version: Version | null;
  readonly releaseCounter: number;
  readonly config: Record<string, string>;
}

export interface MemberRecord {
  readonly rollout: RolloutId;
  /** Stable order of assignment within a rollout. */
  readonly position: number;
  readonly member: Member;
  readonly previousRelease: Digest | null;
  readonly previousVersion: Version | null;
  readonly previousConfig: Record<string, string>;
  readonly target: MemberTarget | null;
}

export interface RolloutRepository {
  add(record: RolloutRecord, members: readonly MemberRecord[]): Promise<void>;
  find(tenant: string, id: string): Promise<RolloutRecord | null>;
  /** Saves the header if its revision is still the one read; false otherwise. */
  save(record: RolloutRecord): Promise<boolean>;
  setRevertedBy(tenant: string, id: string, by: string): Promise<void>;
  /** Newest first. */
  list(
    tenant: string,
    filter: { app?: string | undefined; state?: RolloutState | undefined },
    page: PageRequest,
  ): Promise<Page<RolloutRecord>>;
  countByState(tenant: string): Promise<Partial<Record<RolloutState, number>>>;

  members(tenant: string, rollout: string, devices: readonly string[]): Promise<MemberRecord[]>;
  saveMembers(tenant: string, rollout: string, members: readonly Member[]): Promise<void>;
  /** Every member that is pending or waiting becomes skipped. */
  dismissWaiting(tenant: string, rollout: string, message: string, atMs: number): Promise<void>;
  listMembers(
    tenant: string,
    rollout: string,
    filter: { wave?: number | undefined; state?: MemberState | undefined },
    page: PageRequest,
  ): Promise<Page<MemberRecord>>;
  /** Pending members of waves `fromWave..throughWave` by wave and position, with whether their device is online. */
  pending(
    tenant: string,
    rollout: string,
    range: { fromWave: number; throughWave: number; isOnlineOnly: boolean },
    limit: number,
  ): Promise<{ record: MemberRecord; isOnline: boolean }[]>;
  /** Members in any of the states, in order; pages by position. */
  inStates(
    tenant: string,
    rollout: string,
    states: readonly MemberState[],
    afterPosition: number,
    limit: number,
  ): Promise<MemberRecord[]>;
  /** Every sum of a rollout, counted from its members. */
  tally(tenant: string, rollout: string): Promise<{ wave: number; state: MemberState; count: number }[]>;
  /** Rollouts in which these devices are members in any of the states, with those devices. */
  having(
    tenant: string,
    devices: readonly string[],
    states: readonly MemberState[],
    app?: string,
  ): Promise<{ rollout: RolloutId; device: string }[]>;
  /** Members whose time has come, of every tenant. */
  overdue(nowMs: number, limit: number): Promise<{ tenant: string; rollout: RolloutId; device: string }[]>;
}
