/** Every bound of the server's edges, in one place; what both sides rely on is in the protocol's LIMITS. Units are the last word of a name. */
export const SERVER_LIMITS = {
  /** MQTT listener */
  connections: 20_000,
  /** Connections that have not been authenticated: in all, and from one address. */
  unauthenticatedConnections: 2_000,
  unauthenticatedPerAddress: 1_000,
  /** A stranger has this long from the TCP accept to a whole CONNECT, and to be authenticated. */
  connectWithinMs: 5_000,
  authenticateWithinMs: 15_000,
  keepaliveSeconds: 3_600,
  filtersPerSubscribe: 16,
  /** Of one connection; above it the connection is read more slowly, never cut. */
  packetsPerSecond: 200,
  packetsBurst: 2_000,
  bytesPerSecond: 4 * 1024 * 1024,
  bytesBurst: 16 * 1024 * 1024,
  /** A hint for a device that does not read is dropped beyond this. */
  outboundBytesPerDevice: 1024 * 1024,
  /** Ingress */
  batchMessages: 512,
  /** A group gathers for this long, or as long as the last one took to be stored, at most `batchWaitMaxMs`. */
  batchWaitMs: 4,
  batchWaitMaxMs: 25,
  /** Sessions that began or ended, in one commit. */
  batchSessions: 400,
  /** Messages that wait for their commit; above it a device is cut off without acknowledgement and sends again. */
  waitingMessages: 20_000,
  /** Payloads of these, in the process of the broker. */
  waitingBytes: 256 * 1024 * 1024,
  /** The process of the broker */
  brokerOutboundBytes: 64 * 1024 * 1024,
  brokerRestartFirstMs: 100,
  brokerRestartMaxMs: 5_000,
  brokerStableMs: 60_000,
  /** It is asked whether it lives; after so many questions without an answer it is ended. */
  brokerPingEveryMs: 5_000,
  brokerPingsUnanswered: 6,
  brokerStopWithinMs: 5_000,
  /** The broker of a server that was killed lets go of its port a moment later. */
  brokerPortWithinMs: 2_000,
  invalidMessageEventEveryMs: 60_000,
  /** HTTP */
  claimBodyBytes: 16 * 1024,
  headersWithinMs: 15_000,
  /** A whole request with its body: an upload over a slow line takes long. */
  requestWithinMs: 3_600_000,
  /** The body of every request but an upload. */
  bodyWithinMs: 30_000,
  failuresPerAddressBurst: 20,
  failuresPerAddressPerSecond: 0.2,
  /** Of one operator token or person. */
  requestsBurst: 5_000,
  requestsPerSecond: 500,
  /** Wrong passwords: an account from one address or known browser, an account from all strangers, an address for all accounts. */
  passwordAttempts: {
    own: { freeFailures: 5, firstWaitMs: 1_000, maxWaitMs: 60_000, forgottenAfterMs: 3_600_000 },
    account: { freeFailures: 20, firstWaitMs: 1_000, maxWaitMs: 30_000, forgottenAfterMs: 3_600_000 },
    address: { freeFailures: 50, firstWaitMs: 1_000, maxWaitMs: 30_000, forgottenAfterMs: 900_000 },
  },
  claimsPerAddressBurst: 1_000,
  claimsPerAddressPerSecond: 100,
  uploads: 16,
  /** Addresses or identities that a throttle remembers. */
  throttleKeys: 10_000,
  streamsPerTenant: 200,
  streamQueue: 256,
  streamHeartbeatMs: 15_000,
  /** Tenants whose devices and rollouts are counted each for itself, for whoever watches; the oldest. */
  metricTenants: 100,
  /** How long a device is asked to send its log, and how often that is asked again while somebody listens. */
  logsForMs: 60_000,
  logsRenewMs: 40_000,
  /** Between processes over one store */
  relayEveryMs: 200,
  relayBatch: 500,
  /** Hints that wait to be told; beyond, they are dropped: a watcher asks again by itself. */
  relayWaiting: 2_000,
  relayPeerSilentMs: 10_000,
  stopWithinMs: 10_000,
} as const;
