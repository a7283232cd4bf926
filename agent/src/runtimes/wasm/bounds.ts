/** Bounds of the Wasm runtime, beyond those of the protocol. Units are the last word of a name. */
export const WASM_BOUNDS = {
  /** Calls that wait for their turn; more are refused at once. */
  queuedCalls: 32,
  /** From spawn to a compiled module; a device's slow card is allowed for. */
  startMs: 20_000,
  /** Longest wait of a call for its turn. */
  queueWaitMs: 30_000,
  /** Table elements a module may hold; admission refuses what starts with more. */
  tableElements: 100_000,
  /** JavaScript heap of a runner. */
  heapMiB: 64,
  /** Data segment on top of an idle runner's and the guest's memory: compiler, buffers of host calls. */
  headroomBytes: 128 * 1024 * 1024,
  /** Open files of a runner: its own twenty and the guest's. */
  openFiles: 256,
  stderrBytes: 4 * 1024,
  /** Weighted host calls a second, see pacer.ts. */
  hostCallsPerSecond: 2_000,
  fetchRedirects: 5,
  fetchMs: 15_000,
  durationsKept: 512,
  /** How often CPU time is looked at while a call runs. */
  cpuSampleMs: 100,
  /** CPU time a workload may use at once before its share counts. */
  cpuBurstMs: 250,
} as const;
