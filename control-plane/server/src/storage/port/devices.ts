import type { DeviceId, HostSample, Inventory, Labels, TargetName, TenantId } from '@wherry/protocol';

export interface DeviceRecord {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly target: TargetName;
  readonly arch: string;
  readonly labels: Labels;
  /** SHA-256 of the device's secret, hex. */
  readonly secretHash: string;
  /** SPKI DER, base64: verifies its reports. */
  readonly reportKey: string;
  readonly claimedAtMs: number;
  readonly seenAtMs: number | null;
  readonly isOnline: boolean;
  readonly desiredGeneration: number;
  readonly reportedGeneration: number | null;
  readonly inventory: Inventory | null;
  readonly host: HostSample | null;
  /** Removed devices keep their row, so that the name is never used again. */
  readonly removedAtMs: number | null;
}

/** What reports and usage change; absent fields stay. `reportedGeneration` never goes down. */
export interface DeviceHeard {
  readonly device: string;
  readonly seenAtMs: number;
  readonly reportedGeneration?: number | undefined;
  readonly inventory?: Inventory | undefined;
  readonly host?: HostSample | undefined;
}

/** What a selector looks at, and what a rollout must know of a device. */
export type DeviceBrief = Pick<DeviceRecord, 'device' | 'target' | 'labels' | 'isOnline'> & {
  /** Null while the device has not said what it is. */
  readonly inventory: Pick<Inventory, 'arch' | 'target' | 'memoryBytes' | 'hardware'> | null;
};

export type DeviceState = Pick<DeviceRecord, 'reportKey' | 'desiredGeneration' | 'reportedGeneration' | 'isOnline'>;

export interface DeviceRepository {
  /** False when the name is taken, also by a removed device. */
  add(record: DeviceRecord): Promise<boolean>;
  /** Null also for a removed device. */
  find(tenant: string, device: string): Promise<DeviceRecord | null>;
  findMany(tenant: string, devices: readonly string[]): Promise<DeviceRecord[]>;
  /** The little that each report and assignment needs, of those that exist. */
  states(tenant: string, devices: readonly string[]): Promise<Map<string, DeviceState>>;
  /** All that may take part in rollouts, by name: none that was set aside. */
  briefs(tenant: string): Promise<DeviceBrief[]>;
  /** Another secret and another report key for the same device. */
  setKeys(tenant: string, device: string, keys: { secretHash: string; reportKey: string; atMs: number }): Promise<void>;
  setLabels(tenant: string, device: string, labels: Labels): Promise<void>;
  /** False when there was no such device. */
  remove(tenant: string, device: string, atMs: number): Promise<boolean>;
  heard(tenant: string, heard: readonly DeviceHeard[]): Promise<void>;
  /** Who holds the session says so; when it ends, a session that another process has begun since lives on. */
  setOnline(
    tenant: string,
    devices: string | readonly string[],
    isOnline: boolean,
    seenAtMs: number,
    holder?: string,
  ): Promise<void>;
  /** The process that holds the session of a device; null when it is offline, or when nobody said which. */
  holder(tenant: string, device: string): Promise<string | null>;
  /** At start no session lives. */
  setAllOffline(): Promise<void>;
  counts(tenant: string): Promise<{ total: number; online: number }>;
  /** The same of every tenant that has any. */
  countsByTenant(): Promise<Map<string, { total: number; online: number }>>;
}
