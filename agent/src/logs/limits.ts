/** Every bound of the agent's log forwarding in one place. */
export const LOG_LIMITS = {
  ringLines: 200,
  ringBytes: 64 * 1024,
  apps: 64,
  /** What may wait for the next batch. */
  waitingLines: 1_000,
  batchBytes: 128 * 1024,
  /** Lines are collected this long. */
  lingerMs: 250,
  burstLines: 400,
  linesPerSecond: 50,
  /** Lines sent after a failure, at most once in this time for each app. */
  lastLines: 50,
  lastEveryMs: 60_000,
} as const;
