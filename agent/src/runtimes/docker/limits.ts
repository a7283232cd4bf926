/** Every bound of the docker runtime. */
export const DOCKER_LIMITS = {
  patience: { callMs: 10_000, awayMs: 10_000 },
  /** Silence that is allowed while an image is loaded or pulled. */
  imageSilenceMs: 120_000,
  /** A whole load or pull. */
  imageMs: 30 * 60_000,
  engineAwayPollMs: 250,
  /** After SIGKILL, and for the last log lines after the end. */
  killMs: 5_000,
  logDrainMs: 2_000,
  httpProbeMs: 5_000,
  /** Engines refuse a lower limit of memory. */
  memoryBytesMin: 6 * 1024 * 1024,
  /** The smallest share of a core that engines accept. */
  cpuShareMin: 0.01,
  /** Names below /data that are looked at, to know its size. */
  dataEntries: 20_000,
  processes: 128,
  userProcesses: 4_096,
  openFiles: 1024,
  tmpBytes: 16 * 1024 * 1024,
  /** json-file log of the engine: what a container may fill on the device's disk. */
  logFileBytes: 1024 * 1024,
  logFiles: 2,
  /** Lines handed on within one window; the rest is counted and told in one line. */
  logLinesPerWindow: 200,
  logWindowMs: 1_000,
  healthcheckIntervalMsMin: 1_000,
  /** Events that a container has not read yet. */
  inputBytes: 512 * 1024,
  progressLineBytes: 64 * 1024,
} as const;
