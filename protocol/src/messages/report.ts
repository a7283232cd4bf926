import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { hardwareInventory } from '../manifest/hardware.ts';
import { VARIANT_KINDS } from '../manifest/release.ts';
import { appName, bootId, deviceId, digest, rolloutId, targetName, version } from '../names.ts';
import { sealingKey } from '../secrets/sealed-secret.ts';
import { limitHit } from './limit-hit.ts';

/**
 * Reported state and events: signed by the device (payload type `report`), numbered by (boot, seq). The server applies each
 * number once. An item that covers `firstSeq..seq` stands for a merged or thinned run of numbers, so that a gap is always explained.
 */
export const DEPLOYMENT_STATES = [
  'waiting',
  'downloading',
  'staged',
  'activating',
  'probing',
  'healthy',
  'reverting',
  'reverted',
  'rejected',
  'failed',
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];
/** States in which a deployment has its verdict; only a new attempt or release leaves them (or, from healthy, a later failure). */
export const FINAL_STATES: ReadonlySet<DeploymentState> = new Set(['healthy', 'reverted', 'rejected', 'failed']);

const code = z.enum(ERROR_CODES);

/** Why a variant, or the whole release, was not taken. */
export const refusal = z.strictObject({
  variant: z.int().min(0),
  kind: z.enum(VARIANT_KINDS),
  code,
  message: z.string().max(512),
});

export const workloadStatus = z.strictObject({
  app: appName,
  version,
  release: digest,
  attempt: z.int().min(1),
  rollout: rolloutId.optional(),
  state: z.enum(DEPLOYMENT_STATES),
  /** Which variant runs, and by what: set once one was chosen. */
  variant: z.enum(VARIANT_KINDS).optional(),
  runtime: z.string().max(64).optional(),
  code: code.optional(),
  message: z.string().max(512).optional(),
  /** The limit that caused the failure, and how far the program went. */
  limit: limitHit.optional(),
  refusals: z.array(refusal).max(LIMITS.variantsPerRelease).optional(),
  /** What runs while this deployment is not healthy, if something does. */
  running: z.strictObject({ version, release: digest, variant: z.enum(VARIANT_KINDS).optional() }).optional(),
  restarts: z.int().min(0),
  sinceMs: z.int().min(0),
});

export const inventory = z.strictObject({
  agentVersion: z.string().max(64),
  target: targetName,
  arch: z.string().max(32),
  os: z.string().max(128),
  hostname: z.string().max(255),
  cores: z.int().min(1),
  memoryBytes: z.int().min(0),
  diskBytes: z.int().min(0),
  runtimes: z
    .array(
      z.strictObject({
        name: z.string().max(64),
        version: z.string().max(64),
        /** Grants and limits of a release that it does not hold programs to on this device, in words. */
        cannotHold: z.array(z.string().max(64)).max(16).optional(),
      }),
    )
    .max(16),
  isolation: z.enum(['shared', 'process', 'scope']),
  /** Names of pins, buses and serial devices; absent when there are none. */
  hardware: hardwareInventory.optional(),
  /** Public key to which secrets for this device are sealed. */
  sealingKey: sealingKey.optional(),
});

export const SEVERITIES = ['info', 'warning', 'error'] as const;

export const reportBody = z.discriminatedUnion('type', [
  /** A difference: apps not named are as before; `null` means the app is gone. */
  z.strictObject({
    type: z.literal('state'),
    generation: z.int().min(0),
    workloads: z.record(appName, workloadStatus.nullable()),
    inventory: inventory.optional(),
    /** The whole state, not a difference: the server forgets apps not named. */
    full: z.boolean().optional(),
    /** A desired state of this very generation, but with other content, was refused: the control plane has forgotten the accepted one. */
    conflict: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('event'),
    severity: z.enum(SEVERITIES),
    /** An error code, or the name of what happened, for example `workload_started`. */
    name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    app: appName.optional(),
    message: z.string().max(LIMITS.eventDetailBytes),
  }),
  /** Numbers whose content was given up when the outbox was full. */
  z.strictObject({ type: z.literal('dropped'), count: z.int().min(1), what: z.enum(['usage', 'event']) }),
]);

export const reportItem = z.strictObject({
  seq: z.int().min(1),
  firstSeq: z.int().min(1).optional(),
  atMs: z.int().min(0),
  body: reportBody,
});

export const report = z.strictObject({
  device: deviceId,
  boot: bootId,
  items: z.array(reportItem).min(1).max(LIMITS.reportItems),
});

export type Refusal = z.infer<typeof refusal>;
export type WorkloadStatus = z.infer<typeof workloadStatus>;
export type Inventory = z.infer<typeof inventory>;
export type ReportBody = z.infer<typeof reportBody>;
export type ReportItem = z.infer<typeof reportItem>;
export type Report = z.infer<typeof report>;
