/**
 * Port: the kernel's own limits on the processes of one program. Adapters: v2.ts (one hierarchy) and v1.ts (a hierarchy for each
 * controller). A scope holds one runner; a process enters it by itself, before it becomes the runner, by writing `0` to its entries.
 */
export interface Cgroups {
  readonly version: 1 | 2;
  make(): Scope;
  /** Ends and removes what an earlier agent of the same folder left. */
  cleanUp(): void;
}

export interface Scope {
  readonly entries: readonly string[];
  /** All memory of its processes, caches of files included; nothing of it is swapped. */
  limitMemory(bytes: number): void;
  /** Share of one core. What is not used within a second is lost; what a second has may be used at once. */
  limitCpu(share: number): void;
  /** Null when it is gone. */
  cpuMs(): number | null;
  /** Without file pages that the kernel can drop. */
  memoryBytes(): number | null;
  /** How long its processes were kept from running, ms. */
  throttledMs(): number;
  /** Did the kernel end a process of it for want of memory? */
  wasOutOfMemory(): boolean;
  /** Ends every process in it. */
  kill(): void;
  /** Gives it up, once its processes have ended. */
  remove(): void;
}

/** Length of the interval in which a CPU share is counted. */
export const CPU_PERIOD_US = 1_000_000;
/** Least that the kernel takes as a share of an interval. */
export const CPU_QUOTA_US_MIN = 1_000;
/** Threads and processes: a runner has about a dozen threads and starts no process. */
export const PROCESSES_MAX = 64;
