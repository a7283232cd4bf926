/** Every bound of the triggers in one place. What is refused is counted under the name given beside it. */
export const TRIGGER_LIMITS = {
  /** A chain of messages, each published while the one before is being handled, ends here: bus_depth_refused. */
  busDepth: 8,
  /** Per publishing app: bus_rate_refused. */
  busBurst: 200,
  busPerSecond: 100,
  /** Messages from the local broker: broker_rate_dropped. */
  brokerBurst: 500,
  brokerPerSecond: 200,
  /** Calls of one app that have not ended: bus_calls_dropped. */
  callsPerApp: 64,
  /** Messages of the fleet to one app, and of one app to the fleet: fleet_rate_dropped, fleet_rate_refused. */
  fleetInBurst: 50,
  fleetInPerSecond: 10,
  fleetOutBurst: 20,
  fleetOutPerSecond: 2,
  /** Own messages whose echo from the local broker is awaited, and for how long. */
  echoes: 1024,
  echoMs: 10_000,
  brokerReconnectMs: 5_000,

  /** A tick found later than this (the machine slept, the clock jumped) is not run: cron_missed. */
  cronToleranceMs: 5_000,
  /** Longest sleep between looks at the clock, so that a clock that was set is noticed. */
  cronLookMs: 300_000,

  httpConnections: 64,
  /** Requests in guests at once; more are answered 503. */
  httpCalls: 32,
  /** Of these, requests to one app. */
  httpCallsPerApp: 24,
  httpHeadersTimeoutMs: 10_000,
  httpRequestTimeoutMs: 30_000,
  /** A call without an answer by then is answered 504. */
  httpCallTimeoutMs: 60_000,
  httpListenRetryMs: 30_000,
} as const;
