import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { appName, digest, targetName, version } from '../names.ts';
import { checkCron } from './cron.ts';
import { gpioGrant, i2cGrant, serialGrant } from './hardware.ts';
import { secretGrants } from './secrets.ts';

/**
 * A release: the signed payload that a publisher makes of a `wherry.yaml` and its artifacts. All quantities are numbers in
 * base units; the text forms ("16MiB", "20%", "2s") exist only in the source manifest (source.ts).
 */
export const WASM_ABIS = ['assemblyscript', 'wasi-p1', 'component'] as const;

export const artifact = z.strictObject({ digest, sizeBytes: z.int().min(1).max(LIMITS.imageArchiveBytes) });

/** A repository in an OCI registry, `HOST[:PORT]/NAME`. */
export const registryPlace = z
  .string()
  .max(255)
  .regex(/^[a-z0-9.-]+(:\d{1,5})?\/[a-z0-9]+([._/-]+[a-z0-9]+)*$/);

export const wasmVariant = z.strictObject({
  kind: z.literal('wasm'),
  abi: z.enum(WASM_ABIS),
  module: artifact,
  /** Where devices ask for the module first; the control plane has it too. */
  registry: registryPlace.optional(),
});

/** `os/arch[/variant]` as OCI writes a platform. */
export const PLATFORM_PATTERN = /^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/;
export const platform = z.string().regex(PLATFORM_PATTERN);

export const containerVariant = z.strictObject({
  kind: z.literal('container'),
  /** Reference by digest that the engine pulls; or, with `archive`, the image id inside the archive. */
  image: z
    .string()
    .max(512)
    .regex(/^([a-z0-9][a-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$/),
  /** A `docker save` archive that the control plane serves; no registry is needed. */
  archive: artifact.optional(),
  platforms: z.array(platform).min(1).max(16),
  command: z.array(z.string().max(1024)).max(64).optional(),
  /** It may reach every address that the device can, whatever `http.allow` names: engines cannot hold it to some. */
  network: z.literal('open').optional(),
});

/** The app whose releases are the agent itself; no other has variants of kind `agent`, and it has no other variants. */
export const AGENT_APP = 'wherry-agent';

/** The packed agent of one target, as firmware-targets makes it. */
export const agentVariant = z.strictObject({ kind: z.literal('agent'), target: targetName, archive: artifact });

export const VARIANT_KINDS = ['wasm', 'container', 'agent'] as const;
export const variant = z.discriminatedUnion('kind', [wasmVariant, containerVariant, agentVariant]);

/** MQTT topic filter on the device's own bus: no empty levels, no `$`, wildcards only as whole levels. */
export const topicFilter = z
  .string()
  .min(1)
  .max(256)
  .regex(
    /^(\+|[^+#/$\p{Cc}][^+#/\p{Cc}]*)(\/(\+|[^+#/\p{Cc}]+))*(\/#)?$|^#$/u,
    'topic filter: whole levels only, for example sensors/+/temperature',
  );

export const httpPath = z
  .string()
  .max(256)
  .regex(/^\/[A-Za-z0-9._~/-]*$/, 'path: begin with "/", then letters, digits, ". _ ~ - /"');

export const trigger = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('start') }),
  z.strictObject({
    on: z.literal('cron'),
    schedule: z
      .string()
      .max(128)
      .refine((text) => checkCron(text).ok, 'schedule: five or six cron fields'),
    timeZone: z.string().max(64).optional(),
  }),
  z.strictObject({
    on: z.literal('mqtt'),
    filter: topicFilter,
    /** Without it the device's own bus; `fleet`: what operators' programs send to this app through the control plane's broker. */
    from: z.literal('fleet').optional(),
  }),
  z.strictObject({
    on: z.literal('http'),
    path: httpPath,
    methods: z.array(z.enum(['GET', 'POST', 'PUT', 'DELETE'])).min(1),
    /** A request without an answer by then is answered 504; the time that it waits for its turn counts. */
    timeoutMs: z.int().min(LIMITS.httpTimeoutMsMin).max(LIMITS.httpTimeoutMsMax).optional(),
    /** Requests that may run at once, each in an instance of its own; without it one, in turn with all other calls. */
    concurrency: z.int().min(1).max(LIMITS.httpConcurrencyMax).optional(),
  }),
]);

export const configKey = z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/, 'config key: write it like ZONE or MAX_AGE');

export const WASM_FEATURES = ['multi-memory', 'memory64'] as const;

export const capabilities = z.strictObject({
  mqtt: z
    .strictObject({
      publish: z.array(topicFilter).max(LIMITS.grantsPerCapability),
      /** Topics below the app's own branch of the control plane's broker. */
      fleet: z.array(topicFilter).max(LIMITS.grantsPerCapability).optional(),
    })
    .optional(),
  http: z
    .strictObject({
      allow: z.array(z.url({ protocol: /^https?$/ })).max(LIMITS.grantsPerCapability),
      /** Names on the list may lead to private, loopback and link-local addresses. */
      private: z.boolean().optional(),
    })
    .optional(),
  kv: z.boolean().optional(),
  /** Declared config keys that are variables of the guest's environment. */
  env: z.array(configKey).max(LIMITS.configKeys).optional(),
  /** A private folder, its size in bytes. */
  dataBytes: z
    .int()
    .min(4096)
    .max(4 * 1024 ** 3)
    .optional(),
  gpio: gpioGrant.optional(),
  i2c: i2cGrant.optional(),
  serial: serialGrant.optional(),
  secrets: secretGrants.optional(),
  /** Wasm features that modules have only by grant, because each is one more way into the engine. */
  features: z.array(z.enum(WASM_FEATURES)).max(WASM_FEATURES.length).optional(),
});

export const limits = z.strictObject({
  memoryBytes: z.int().min(LIMITS.memoryBytesMin).max(LIMITS.memoryBytesMax),
  /** Share of one core: 0.2 is 20 %. */
  cpuShare: z.number().gt(0).max(64),
  /** Longest run of one call, ms. */
  wallMs: z.int().min(LIMITS.wallMsMin).max(LIMITS.wallMsMax),
  /** CPU time of one call, ms. A call begins with its trigger, also with one that the guest pulls by itself. */
  cpuTimeMs: z.int().min(LIMITS.cpuTimeMsMin).max(LIMITS.cpuTimeMsMax).optional(),
  /** Instructions of one call, counted by the module itself: the same number on every machine (admission/fuel). */
  fuel: z.int().min(LIMITS.fuelMin).max(LIMITS.fuelMax).optional(),
  /** Weighted host calls a second; above it calls wait. */
  hostCallsPerSecond: z.int().min(LIMITS.hostCallsPerSecondMin).max(LIMITS.hostCallsPerSecondMax).optional(),
});

export const health = z.strictObject({
  /** First probe after start, ms. */
  afterMs: z.int().min(0).max(600_000),
  everyMs: z.int().min(100).max(600_000),
  /** Consecutive failed probes, or restarts, that make the release fail. */
  failures: z.int().min(1).max(100),
  /** How long probes must pass before the release counts as good, ms. */
  soakMs: z.int().min(0).max(86_400_000),
  /** Probe by HTTP on the app's own route (wasm) or on a container port. Without it: the guest's `onHealth`, else "it runs". */
  http: z.strictObject({ path: httpPath, port: z.int().min(1).max(65535).optional() }).optional(),
});

export const configField = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']),
  default: z.string().max(LIMITS.configValueBytes).optional(),
  description: z.string().max(512).optional(),
});

export const ISOLATION_LEVELS = ['shared', 'process', 'scope'] as const;

export const release = z
  .strictObject({
    app: appName,
    version,
    /** Grows with each release of the app; devices and servers compare this, never the version text. */
    releaseCounter: z.int().min(1),
    variants: z.array(variant).min(1).max(LIMITS.variantsPerRelease),
    triggers: z.array(trigger).min(1).max(LIMITS.triggersPerRelease),
    capabilities,
    limits,
    health,
    config: z.record(configKey, configField),
    /** Weakest isolation from other programs that a Wasm variant may run with; without it any will do. */
    minIsolation: z.enum(ISOLATION_LEVELS).optional(),
    /** What becomes of a Wasm module that no trigger calls: `park` ends its process until the next one, `keep` keeps its variables. Default by ABI. */
    idle: z.enum(['park', 'keep']).optional(),
    /** An update starts the new instance beside the old one (`overlap`) or after its end (`restart`). Default by triggers and grants. */
    swap: z.enum(['overlap', 'restart']).optional(),
    publishedAtMs: z.int().min(0),
    notes: z.string().max(4096).optional(),
  })
  .superRefine(({ app, variants }, context) => {
    const message = whyNotAgent(app, variants);
    if (message !== null) context.addIssue({ code: 'custom', path: ['variants'], message });
  });

export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];
export type Artifact = z.infer<typeof artifact>;
export type WasmVariant = z.infer<typeof wasmVariant>;
export type ContainerVariant = z.infer<typeof containerVariant>;
export type AgentVariant = z.infer<typeof agentVariant>;
export type Variant = z.infer<typeof variant>;
export type VariantKind = Variant['kind'];
export type WasmFeature = (typeof WASM_FEATURES)[number];
export type WasmAbi = WasmVariant['abi'];
export type Trigger = z.infer<typeof trigger>;
export type Capabilities = z.infer<typeof capabilities>;
export type GuestLimits = z.infer<typeof limits>;
export type HealthPolicy = z.infer<typeof health>;
export type Release = z.infer<typeof release>;

/** Null when the kinds of variants suit the app: the agent's own releases are apart from all programs. */
export function whyNotAgent(app: string, variants: readonly { readonly kind: VariantKind }[]): string | null {
  const isAgent = app === AGENT_APP;
  if (variants.every(({ kind }) => (kind === 'agent') === isAgent)) return null;
  return isAgent
    ? `${AGENT_APP} is the agent itself: give it variants of kind agent only`
    : `variants of kind agent belong to the app ${AGENT_APP} only`;
}

/** Every blob that a device needs to run some variant of a release. */
export function artifactsOf(variants: readonly Variant[]): Artifact[] {
  return variants.flatMap((v) => (v.kind === 'wasm' ? [v.module] : v.archive ? [v.archive] : []));
}
