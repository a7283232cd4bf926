import type { WorkloadStatus } from '@wherry/protocol';

/** A difference, or with `isFull` the whole, of what a device says it runs. `null`: the app is gone. */
export interface WorkloadChange {
  readonly device: string;
  /** Where it was said: a start of the device and the number in it. Older news than what is known change nothing. */
  readonly boot: string;
  readonly seq: number;
  readonly workloads: Readonly<Record<string, WorkloadStatus | null>>;
  readonly isFull: boolean;
}

/** Reported state: what each device last said of each app. Starts of a device follow each other in the order they were first heard. */
export interface WorkloadRepository {
  /** In any order: what was said last is what is kept. */
  apply(tenant: string, changes: readonly WorkloadChange[], atMs: number): Promise<void>;
  list(tenant: string, devices: readonly string[]): Promise<Map<string, WorkloadStatus[]>>;
  /** How many devices say that they run each of these releases. */
  runningOn(tenant: string, releases: readonly string[]): Promise<Map<string, number>>;
  counts(tenant: string): Promise<{ variants: Record<'wasm' | 'container', number>; failingDevices: number }>;
  removeDevice(tenant: string, device: string): Promise<void>;
}
