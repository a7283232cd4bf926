/** Every bound and period of the link in one place. */
export const LINK_TUNING = {
  /** Reconnects: full jitter, `random × min(cap, base × 2^attempt)`; a session that lived `stableAfterMs` starts again at the base. */
  backoffBaseMs: 1_000,
  backoffCapMs: 300_000,
  stableAfterMs: 60_000,
  /**
   * After a session that lived, tries begin with this ceiling instead of the base: a broker that restarts loses all of them in one
   * instant. One control plane takes about 700 sessions a second, and 10,000 devices are 625 a second this way.
   */
  lostSessionCeilingMs: 16_000,
  /** The first connect waits `random × this`: raise it where a whole site is powered on at once. */
  firstConnectJitterMs: 0,
  connectTimeoutMs: 30_000,
  /** Pings cost bytes; a dead session is noticed after one and a half of these. On a metered link they grow (keepalive.ts). */
  keepaliveSeconds: 300,
  meteredKeepaliveSeconds: 1_200,

  /**
   * The slow timer over HTTP, ± `desiredJitter`, since it was last known that nothing is newer: acknowledgements say so (newest.ts), and a
   * device that tells something now and then never reads. A read is a connection of its own: 8 KB over mutual TLS with a hybrid key
   * exchange, before anything is asked.
   */
  desiredEveryMs: 300_000,
  desiredConnectedEveryMs: 3_600_000,
  desiredMeteredEveryMs: 86_400_000,
  desiredJitter: 0.2,
  desiredTimeoutMs: 30_000,
  /** Of a session that began, and of an agent that started, until an acknowledgement has said what is newest; a read follows. */
  answerWithinMs: 5_000,
  /** A newer desired state that an acknowledgement names is read if it was not pushed after this. */
  pushWithinMs: 2_000,
  /** After so many answers 304 in a row the whole document is read again: an answer that the shell refused must not hide the true one. */
  unchangedInARow: 11,

  /** Messages that the server has not acknowledged yet. */
  windowMessages: 4,
  /** Sent again after this without an acknowledgement, twice as long each time up to the cap. */
  resendAfterMs: 15_000,
  resendCapMs: 300_000,
  /** Bucket of the drain: bursts of so many messages, then so many a second. */
  burstMessages: 8,
  messagesPerSecond: 4,
  /** After being away longer than `longAwayMs`, or with more than `backlogRows` to tell, the drain begins with an empty bucket after `random × drainJitterMs`. */
  longAwayMs: 60_000,
  backlogRows: 256,
  drainJitterMs: 10_000,
  /** Appended rows are collected this long before they are sent. */
  lingerMs: 20,

  commandsAtOnce: 8,
  commandsRemembered: 256,
  commandTimeoutMs: 120_000,
  resultsKept: 64,
  /** Logs are dropped while more than this waits in the socket. */
  logBacklogBytes: 64 * 1024,
} as const;

export type LinkTuning = { readonly [K in keyof typeof LINK_TUNING]: number };
