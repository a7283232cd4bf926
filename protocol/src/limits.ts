/** Every bound that both sides rely on, in one place. Units are the last word of a name. */
export const LIMITS = {
  /** MQTT */
  connectPacketBytes: 4 * 1024,
  packetBytes: 256 * 1024,
  topicBytes: 512,
  /** Messages */
  reportItems: 64,
  usageSamples: 120,
  logLines: 200,
  logLineBytes: 4 * 1024,
  eventDetailBytes: 2 * 1024,
  /** Desired state */
  workloadsPerDevice: 64,
  desiredBytes: 192 * 1024,
  /** Manifest and release */
  manifestBytes: 64 * 1024,
  releaseBytes: 64 * 1024,
  variantsPerRelease: 8,
  triggersPerRelease: 32,
  grantsPerCapability: 64,
  configKeys: 64,
  configValueBytes: 4 * 1024,
  signaturesPerEnvelope: 16,
  /** Modules, refused above this by admission before V8 sees them */
  moduleBytes: 32 * 1024 * 1024,
  imageArchiveBytes: 2 * 1024 * 1024 * 1024,
  /** A packed agent: its archive, and what is in it. */
  agentArchiveBytes: 256 * 1024 * 1024,
  agentBytes: 1024 * 1024 * 1024,
  agentFiles: 4_096,
  /** Deltas: a smaller blob is not worth the question; a larger one, or a larger base, would not fit a small device's memory. */
  deltaBytesMin: 64 * 1024,
  deltaBytesMax: 32 * 1024 * 1024,
  /** Of the zstd window: covers the base and the blob. */
  deltaWindowLog: 26,
  /** Guests */
  memoryBytesMin: 64 * 1024,
  memoryBytesMax: 1024 * 1024 * 1024,
  memoryBytesDefault: 16 * 1024 * 1024,
  wallMsMin: 10,
  wallMsMax: 3_600_000,
  wallMsDefault: 2_000,
  cpuTimeMsMin: 10,
  cpuTimeMsMax: 3_600_000,
  fuelMin: 1_000,
  fuelMax: Number.MAX_SAFE_INTEGER,
  hostCallsPerSecondMin: 1,
  hostCallsPerSecondMax: 2_000,
  publishPayloadBytes: 64 * 1024,
  kvKeyBytes: 256,
  kvValueBytes: 64 * 1024,
  kvTotalBytes: 1024 * 1024,
  httpBodyBytes: 256 * 1024,
  httpTimeoutMsMin: 100,
  httpTimeoutMsMax: 300_000,
  /** Requests to one http trigger at once, and to one program over all its http triggers with a concurrency. */
  httpConcurrencyMax: 16,
  /** Text of a message that an operator sends to an app. */
  commandPayloadChars: 2 * 1024,
  /** State that a guest hands over to its next version. */
  stateBytes: 256 * 1024,
  /** Hardware: names of one kind in a release or on a device; operations and bytes of one I2C transaction; bytes of one serial call. */
  hardwareNames: 32,
  i2cOperations: 16,
  i2cBytes: 4 * 1024,
  serialBytes: 16 * 1024,
  /** Longest wait for an edge or for serial bytes, and edges kept between two waits. */
  hardwareWaitMs: 600_000,
  gpioEdges: 64,
  /** Secrets: bytes of a value; names in one release, and of one app on a device; devices that one request hands sealed values to. */
  secretBytes: 8 * 1024,
  secretsPerRelease: 16,
  secretRecipients: 64,
  /** Of a sigstore bundle, and of a signed OCI manifest; bundles with one release; a pinned trusted root. */
  evidenceBytes: 64 * 1024,
  evidencePerRelease: 8,
  trustedRootBytes: 256 * 1024,
  /** Device */
  outboxRows: 20_000,
  transitionsPerDeployment: 28,
  labelsPerDevice: 32,
  /** API */
  pageSizeDefault: 50,
  pageSizeMax: 500,
  selectorBytes: 1024,
  selectorTerms: 32,
  jsonBodyBytes: 1024 * 1024,
  wavesPerRollout: 50,
  devicesPerWave: 10_000,
  /** Of passwords; the upper bound is there for the control plane's sake, nothing is ever cut off. */
  passwordCharsMin: 12,
  passwordChars: 1024,
  forecastRuns: 200,
  forecastDevices: 10_000,
} as const;
