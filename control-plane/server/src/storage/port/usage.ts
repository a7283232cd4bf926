import type { HostSample, TopRow, UsagePoint, WorkloadSample } from '@wherry/protocol';
import type { UsageFigures } from '../../domain/rollouts/watch.ts';

/** One measured interval of the host (`app` empty) or of one app. */
export interface UsageSample {
  readonly device: string;
  readonly app: string;
  readonly release: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly host: HostSample | null;
  readonly workload: WorkloadSample | null;
}

export interface UsageRange {
  readonly device: string;
  /** Empty: the host. */
  readonly app: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface UsageRepository {
  /** Keeps the samples and adds each to its point of every tier. */
  append(tenant: string, samples: readonly UsageSample[]): Promise<void>;
  raw(tenant: string, range: UsageRange, limit: number): Promise<UsagePoint[]>;
  points(tenant: string, range: UsageRange, resolutionMs: number, limit: number): Promise<UsagePoint[]>;
  /** Mean use of an app on each device over a range, from its points of one minute. */
  means(
    tenant: string,
    app: string,
    devices: readonly string[],
    fromMs: number,
    toMs: number,
  ): Promise<Map<string, UsageFigures>>;
  /** Removes what is older, at most `limit` rows; resolution 0 is the raw samples. Of every tenant. */
  prune(resolutionMs: number, beforeMs: number, limit: number): Promise<number>;
  /** Newest sample of each workload, most first; only of these devices when given. */
  top(
    tenant: string,
    by: 'cpu' | 'memory' | 'calls' | 'errors',
    devices: ReadonlySet<string> | null,
    limit: number,
  ): Promise<TopRow[]>;
  removeDevice(tenant: string, device: string): Promise<void>;
  /** Samples ever taken in. */
  count(tenant: string): Promise<number>;
}
