/** Bounds of what the application does and keeps. Units are the last word of a name. */
export const APP_LIMITS = {
  /** A claim repeated with the same key within this time is the same claim. */
  claimRepeatMs: 600_000,
  /** Desired states are signed for this long, and signed again when less than `desiredRenewMs` is left. */
  desiredValidMs: 7 * 86_400_000,
  desiredRenewMs: 2 * 86_400_000,
  usageEveryMs: 300_000,
  /** A device that did not confirm its desired state is told again after this, twice as long each time, at most `resendMaxMs`. */
  resendFirstMs: 10_000,
  resendMaxMs: 600_000,
  dispatchBatch: 500,
  deadlineBatch: 500,
  /** Rows that one look for the next members reads at least: offline ones are passed over quickly. */
  pickBatch: 500,
  /** Runs of numbers above a gap that are kept for one start of a device. */
  runsAhead: 2_000,
  /** Highest generation a device may claim; beyond, the number could not grow any more. */
  generationMax: 2 ** 50,
  memberChangesEmitted: 100,
  conflictRetries: 5,
  eventsKeptMs: 90 * 86_400_000,
  bootsKeptMs: 90 * 86_400_000,
  pruneBatch: 5_000,
  commandIdLength: 26,
} as const;
