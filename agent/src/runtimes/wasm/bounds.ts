/** Bounds of the Wasm runtime, beyond those of the protocol. Units are the last word of a name. */
export const WASM_BOUNDS = {
  /** Calls that wait for their turn; more are refused at once. */
  queuedCalls: 32,
  /** Requests to triggers with a concurrency that wait for a lane; more are refused at once. */
  queuedRequests: 64,
  /** A lane that has been idle for so long gives its runner up. */
  laneIdleMs: 10_000,
  /** Longest wait for the requests that run when the program has crashed. */
  laneDrainMs: 30_000,
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
  /** Memory of a cgroup beyond that of the module: Node, its heap, the compiler. */
  scopeOverheadBytes: 96 * 1024 * 1024,
  /** Programs of one shared process; each place is used once. */
  sharedSlots: 8,
  /** Memory that the modules of one shared process may have together. */
  sharedMemoryBytes: 128 * 1024 * 1024,
  /** Data segment of a worker thread beside its module: its heap and code range. */
  workerDataBytes: 96 * 1024 * 1024,
  /** Open files of a runner: its own twenty and the guest's. */
  openFiles: 256,
  stderrBytes: 4 * 1024,
  /** A module goes to a runner that was started ahead in parts of this size. */
  modulePartBytes: 512 * 1024,
  /** Larger modules start in a runner of their own: handing them over would cost what the start saves. */
  pooledModuleBytes: 4 * 1024 * 1024,
  /** Memory limit that a runner started ahead can hold; its RLIMIT_DATA is set before the module is known. */
  pooledMemoryBytes: 64 * 1024 * 1024,
  /** Runners started ahead, unless the device's configuration says otherwise. */
  pooledRunners: 1,
  /** A program that may be parked is, after so long without a call. */
  parkAfterMs: 60_000,
  /** Programs that may be parked, awake at once. */
  awakeParkables: 3,
  /** A parked runner that does not end by itself is ended. */
  parkGraceMs: 1_000,
  /** A start leaves the processor to the guest for so long before the pool is filled again. */
  poolRefillMs: 100,
  /** Lines of a program's log a second, after a burst; counted in the runner (log-sink.ts). */
  logLinesPerSecond: 50,
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
