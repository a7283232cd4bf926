/** Bounds of what the application does and keeps. Units are the last word of a name. */
export const APP_LIMITS = {
  /** A claim repeated with the same key within this time is the same claim. */
  claimRepeatMs: 600_000,
  /** A used token that is tried with another key is told of at most this often. */
  claimAlarmEveryMs: 600_000,
  /** A device's certificate; it asks for the next one at two thirds of this. */
  certificateLifeMs: 90 * 86_400_000,
  /** Clocks of devices run behind; never more than a hundredth of the certificate's life. */
  certificateBackdatedMs: 300_000,
  /** An expired certificate opens nothing but the door at which a new one is asked for, for this long. */
  expiredCertificateMs: 30 * 86_400_000,
  /** What a device asked for with an expired certificate, and an operator allowed, must be fetched within this. */
  approvedRenewalMs: 7 * 86_400_000,
  /** Starts of a device that are remembered, to see one come back that was over. */
  startsKept: 16,
  /** How far behind the last look for sessions that must end the next one goes back, and how many it reads at once. */
  endedSessionsMs: 45_000,
  endedSessionsBatch: 1_000,
  /** Desired states are signed for this long, and signed again when less than `desiredRenewMs` is left. */
  desiredValidMs: 7 * 86_400_000,
  desiredRenewMs: 2 * 86_400_000,
  usageEveryMs: 300_000,
  /** Online metadata is valid for this long, and signed again when half of it has gone. */
  timestampValidMs: 86_400_000,
  snapshotValidMs: 14 * 86_400_000,
  /** Superseded metadata is kept for devices that are in the middle of a refresh. */
  metadataKeptMs: 86_400_000,
  /** A device that did not confirm its desired state is told again after this, twice as long each time, at most `resendMaxMs`. */
  resendFirstMs: 10_000,
  resendMaxMs: 600_000,
  dispatchBatch: 500,
  /** What was written is sent this much later, with what else was written by then. */
  dispatchGatherMs: 5,
  deadlineBatch: 500,
  wakeBatch: 500,
  /** A rollout over more devices is prepared in batches. */
  membersAtOnce: 1_000,
  membersPerBatch: 1_000,
  takeOverBatch: 1_000,
  /** Rollouts that one look prepares. */
  prepareBatch: 20,
  /** A process that prepares a rollout and says nothing for this long has ended. */
  prepareLeaseMs: 3_000,
  /** Devices of a fleet that are looked at before others get their turn. */
  devicesPerBreath: 5_000,
  /** Simulated devices of all runs of one forecast. */
  forecastDeviceRuns: 200_000,
  awayBatch: 5_000,
  /** Members that one look for online ones among those that wait aside takes. */
  hearBatch: 1_000,
  /** A process that was not heard for this long has ended, and its sessions with it. */
  processSilentMs: 10_000,
  /** Rows that one look for the next members reads at least: offline ones are passed over quickly. */
  pickBatch: 500,
  /** Runs of numbers above a gap that are kept for one start of a device. */
  runsAhead: 2_000,
  /** Highest generation a device may claim; beyond, the number could not grow any more. */
  generationMax: 2 ** 50,
  memberChangesEmitted: 100,
  conflictRetries: 5,
  /** What processes told each other is read within a second. */
  processMessagesKeptMs: 60_000,
  /** A device's log that the same operator opens again within this is still the same look at it. */
  logReopenMs: 300_000,
  logOpeningsKept: 10_000,
  /** Entries of an audit log that are read at once. */
  auditBatch: 1_000,
  /** A log is shortened at most this often: it says so in an entry of its own. */
  auditPruneEveryMs: 86_400_000,
  eventsKeptMs: 90 * 86_400_000,
  bootsKeptMs: 90 * 86_400_000,
  pruneBatch: 5_000,
  /** Public keys of devices that are kept read, in memory. */
  reportKeysKept: 20_000,
  /** An artifact whose bytes a bundle signs is read at once; larger ones are signed by their manifest, or attested. */
  signedArtifactBytes: 64 * 1024 * 1024,
  /** A session that nobody uses ends after `sessionIdleMs`, and every session after `sessionMaxMs`. */
  sessionIdleMs: 12 * 3_600_000,
  sessionMaxMs: 7 * 86_400_000,
  /** Of one person or token; the oldest ends for one more. */
  sessionsPerHolder: 100,
  /** Use is noted at most this often. */
  usedEveryMs: 60_000,
  signInCodeMs: 60_000,
  usersPerTenant: 1_000,
  tokensPerTenant: 1_000,
} as const;
