import type {
  ActivationWindow,
  AppName,
  Digest,
  DownloadTerms,
  MemberState,
  Rollout,
  RolloutId,
  RolloutState,
  Version,
} from '@wherry/protocol';
import type { Member, RolloutHeader } from '../../domain/rollouts/model.ts';
import type { UsageFigures } from '../../domain/rollouts/watch.ts';
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
  /** What devices are told about when to activate and download. */
  readonly terms: ActivationTerms;
}

export interface ActivationTerms {
  readonly window?: ActivationWindow | undefined;
  readonly download?: DownloadTerms | undefined;
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

export interface RolloutRepository extends RolloutTimeRepository {
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
  /**
   * Devices that rollouts of a release have, other than the one named and its devices, as far as they have begun and no second
   * operator approved them.
   */
  countUnseconded(tenant: string, release: string, except: string | null): Promise<number>;
  countByState(tenant: string): Promise<Partial<Record<RolloutState, number>>>;
  /** The same of every tenant that has any. */
  countByTenant(): Promise<Map<string, Partial<Record<RolloutState, number>>>>;

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
  /** Pending members that are picked before one at this wave and position. */
  pendingBefore(tenant: string, rollout: string, wave: number, position: number): Promise<number>;
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
  ): Promise<{ rollout: RolloutId; device: string }[]>;
}

/** What rollouts and their members wait for. */
export interface RolloutTimeRepository {
  /** Devices without a verdict in rollouts of an app that have begun: the newest such rollout of each. */
  openOf(tenant: string, app: string): Promise<{ rollout: RolloutId; device: string }[]>;
  /** Members whose time has come, of every tenant. */
  overdue(nowMs: number, limit: number): Promise<{ tenant: string; rollout: RolloutId; device: string }[]>;
  /** Rollouts whose time has come, of every tenant. */
  toWake(nowMs: number, limit: number): Promise<{ tenant: string; rollout: RolloutId }[]>;
  /** Members in soak whose device is offline, of every tenant. */
  awayInSoak(
    nowMs: number,
    limit: number,
  ): Promise<{ tenant: string; rollout: RolloutId; device: string; offlineSinceMs: number }[]>;
  /** Dynamic rollouts that take in devices: those that no newer rollout of the app has followed. */
  growing(tenant: string): Promise<RolloutId[]>;
  /** Usage of the app on these members before they were assigned, where it is known. */
  baselines(tenant: string, rollout: string, devices: readonly string[]): Promise<Map<string, UsageFigures>>;
  /** What each device ran when it was assigned: where a revert goes back to, and what usage is compared with. */
  saveAssigned(tenant: string, rollout: string, assigned: readonly AssignedFrom[]): Promise<void>;
  /** Adds a member at the end. */
  addMember(tenant: string, record: Omit<MemberRecord, 'position'>): Promise<MemberRecord>;
}

export interface AssignedFrom extends Pick<MemberRecord, 'previousRelease' | 'previousVersion' | 'previousConfig'> {
  readonly device: string;
  readonly baseline: UsageFigures | null;
}
