import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { appName, targetName, version } from '../names.ts';
import { formatBytes, formatDurationMs, formatShare, parseBytes, parseDurationMs, parseShare } from '../quantities.ts';
import { checkCron } from './cron.ts';
import { gpioGrant, i2cGrant, serialGrant } from './hardware.ts';
import { quantityField } from './quantity-field.ts';
import {
  configKey,
  containerVariant,
  httpPath,
  ISOLATION_LEVELS,
  PLATFORM_PATTERN,
  topicFilter,
  WASM_ABIS,
  WASM_FEATURES,
} from './release.ts';
import { secretGrantsSource } from './secrets.ts';

/**
 * The manifest as its author writes it (`wherry.yaml`); parse.ts turns it into a Manifest. Every key is known, so that a
 * misspelt limit cannot pass as no limit. Defaults: triggers start; memory 16MiB, cpu 50%, wall 2s; health after 10s, every
 * 10s, 3 failures, soak 2m; HTTP methods GET and POST, one request at a time; no capabilities; no config.
 */
const bytes = (min: number, max: number) =>
  quantityField({ parse: parseBytes, format: formatBytes, min, max, example: '16MiB' });
const duration = (min: number, max: number) =>
  quantityField({ parse: parseDurationMs, format: formatDurationMs, min, max, example: '2s or 10m' });
const share = quantityField({ parse: parseShare, format: formatShare, min: 0.001, max: 64, example: '20%' });

const localPath = z.string().min(1, 'write the path of a file, relative to the manifest').max(1024);

const wasmSource = z
  .strictObject({
    module: localPath.optional(),
    /** A Wasm artifact in an OCI registry. */
    image: z
      .string()
      .max(512)
      .regex(
        /^([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?\/[a-z0-9]+([._/-]+[a-z0-9]+)*@sha256:[0-9a-f]{64}$/,
        'name the artifact by digest, for example registry.example/app@sha256:…, so that nobody can change what runs',
      )
      .optional(),
    abi: z.enum(WASM_ABIS),
  })
  .refine((wasm) => (wasm.module === undefined) !== (wasm.image === undefined), {
    error: 'write either module (the path of a file) or image (a Wasm artifact in a registry, by digest)',
  });

const platformSource = z.string().regex(PLATFORM_PATTERN, 'write os/arch, for example linux/arm64');

const containerSource = z
  .strictObject({
    image: z
      .string()
      .max(512)
      .regex(
        /^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/,
        'name the image by digest, for example registry.example/app@sha256:…, so that nobody can change what runs',
      )
      .optional(),
    archive: localPath.optional(),
    platforms: z.array(platformSource).min(1).max(16),
    command: containerVariant.shape.command,
    network: containerVariant.shape.network,
  })
  .refine((container) => (container.image === undefined) !== (container.archive === undefined), {
    error: 'write either image (a reference by digest) or archive (the path of a docker save archive)',
  });

const agentSource = z.strictObject({ archive: localPath, target: targetName });

const variantSource = z
  .strictObject({ wasm: wasmSource.optional(), container: containerSource.optional(), agent: agentSource.optional() })
  .refine((variant) => Object.keys(variant).length === 1, { error: 'a variant is one of wasm, container and agent' });

const cronSource = z.preprocess(
  (written) => (typeof written === 'string' ? { schedule: written } : written),
  z.strictObject({
    schedule: z.string().superRefine((text, context) => {
      const checked = checkCron(text);
      if (!checked.ok) context.addIssue(checked.problems[0]?.message ?? 'not a cron expression');
    }),
    timeZone: z
      .string()
      .max(64)
      .refine(isTimeZone, { error: 'write a time zone of the IANA list, for example Europe/Berlin' })
      .optional(),
  }),
);

const httpSource = z.preprocess(
  (written) => (typeof written === 'string' ? { path: written } : written),
  z.strictObject({
    path: httpPath,
    methods: z
      .array(z.enum(['GET', 'POST', 'PUT', 'DELETE']))
      .min(1)
      .default(['GET', 'POST']),
    timeout: duration(LIMITS.httpTimeoutMsMin, LIMITS.httpTimeoutMsMax).optional(),
    concurrency: z.int().min(1).max(LIMITS.httpConcurrencyMax).default(1),
  }),
);

const mqttSource = z.preprocess(
  (written) => (typeof written === 'string' ? { topic: written } : written),
  z.strictObject({ topic: topicFilter, from: z.enum(['device', 'fleet']).default('device') }),
);

const TRIGGER_ADVICE = 'write start, cron: "*/5 * * * *", mqtt: some/topic or http: /path';

const triggerSource = z.preprocess(
  (written) => (written === 'start' ? { start: true } : written),
  z
    .strictObject(
      {
        start: z.literal(true).optional(),
        cron: cronSource.optional(),
        mqtt: mqttSource.optional(),
        http: httpSource.optional(),
      },
      { error: (issue) => (issue.code === 'invalid_type' ? TRIGGER_ADVICE : undefined) },
    )
    .refine((trigger) => Object.keys(trigger).length === 1, {
      error: 'a trigger is one of start, cron, mqtt and http: give each its own list item',
    }),
);

const capabilitiesSource = z.strictObject({
  mqtt: z
    .strictObject({
      publish: z.array(topicFilter).max(LIMITS.grantsPerCapability).default([]),
      fleet: z.array(topicFilter).max(LIMITS.grantsPerCapability).optional(),
    })
    .optional(),
  http: z
    .strictObject({
      allow: z
        .array(z.url({ protocol: /^https?$/, error: 'write an origin, for example https://api.example.com' }))
        .max(LIMITS.grantsPerCapability),
      private: z.boolean().optional(),
    })
    .optional(),
  kv: z.boolean().optional(),
  data: bytes(4096, 4 * 1024 ** 3).optional(),
  /** Config keys that the guest reads from its environment; each must be declared under `config`. */
  env: z.array(configKey).max(LIMITS.configKeys).optional(),
  gpio: gpioGrant.optional(),
  i2c: i2cGrant.optional(),
  serial: serialGrant.optional(),
  /** Names of secrets, or each with how it is handed over. */
  secrets: secretGrantsSource.optional(),
  features: z.array(z.enum(WASM_FEATURES)).max(WASM_FEATURES.length).optional(),
});

const configSource = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']),
  default: z.unknown().optional(),
  description: z.string().max(512).optional(),
});

export const manifestSource = z.strictObject({
  app: appName,
  version,
  notes: z.string().max(4096).optional(),
  variants: z.array(variantSource).min(1).max(LIMITS.variantsPerRelease),
  triggers: z.array(triggerSource).min(1).max(LIMITS.triggersPerRelease).prefault(['start']),
  capabilities: capabilitiesSource.prefault({}),
  limits: z
    .strictObject({
      memory: bytes(LIMITS.memoryBytesMin, LIMITS.memoryBytesMax).default(LIMITS.memoryBytesDefault),
      cpu: share.default(0.5),
      wall: duration(LIMITS.wallMsMin, LIMITS.wallMsMax).default(LIMITS.wallMsDefault),
      cpuTime: duration(LIMITS.cpuTimeMsMin, LIMITS.cpuTimeMsMax).optional(),
      fuel: z.int().min(LIMITS.fuelMin).max(LIMITS.fuelMax).optional(),
      hostCalls: z.int().min(LIMITS.hostCallsPerSecondMin).max(LIMITS.hostCallsPerSecondMax).optional(),
    })
    .prefault({}),
  health: z
    .strictObject({
      after: duration(0, 600_000).default(10_000),
      every: duration(100, 600_000).default(10_000),
      failures: z.int().min(1).max(100).default(3),
      soak: duration(0, 86_400_000).default(120_000),
      http: z
        .preprocess(
          (written) => (typeof written === 'string' ? { path: written } : written),
          z.strictObject({ path: httpPath, port: z.int().min(1).max(65535).optional() }),
        )
        .optional(),
    })
    .prefault({}),
  config: z.record(configKey, configSource).default({}),
  /** Weakest isolation that will do: shared, process or scope. */
  isolation: z.enum(ISOLATION_LEVELS).optional(),
  idle: z.enum(['park', 'keep']).optional(),
  swap: z.enum(['overlap', 'restart']).optional(),
});

export type ManifestSource = z.output<typeof manifestSource>;

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
