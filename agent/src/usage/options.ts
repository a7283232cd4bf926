import type { Outbox } from '../link/port.ts';
import type { Logger } from '../logs/logger.ts';
import type { Instance } from '../runtimes/port.ts';

/** A workload whose instance runs now. */
export interface RunningWorkload {
  readonly app: string;
  /** Digest of the release. */
  readonly release: string;
  readonly instance: Pick<Instance, 'usage'>;
}

export interface UsageSamplerOptions {
  /** Whose file system is "the disk". */
  readonly dataPath: string;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly running: () => readonly RunningWorkload[];
  readonly log: Logger;
  /** Between samples, ms; `setEvery` changes it when a desired state says so. */
  readonly everyMs: number;
  /** Does each byte cost its owner money just now? Never, unless told. */
  readonly isMetered?: () => boolean;
  /** First sample after start; 10 s unless told. */
  readonly firstAfterMs?: number;
  /** `/proc` and `/sys` unless told. */
  readonly procPath?: string;
  readonly sysPath?: string;
  readonly nowMs?: () => number;
}

export interface UsageSampler {
  start(): void;
  stop(): void;
  setEvery(everyMs: number): void;
  /** Takes a sample now and appends it to the outbox, with what was held back. */
  sampleNow(): Promise<void>;
  /** Call before an instance is stopped: what it used since the last sample is counted into the next one. */
  settle(workload: RunningWorkload): Promise<void>;
}
