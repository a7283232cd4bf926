import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { checkCron } from '../manifest/cron.ts';
import { appName, deviceId, digest, rolloutId, tenantId, version } from '../names.ts';
import { secretName, secretVersion } from '../secrets/sealed-secret.ts';

/**
 * Desired state: what one device should run now, the whole of it. Signed by the director (payload type `desired`).
 * `generation` only grows; a device refuses a lower one, and another document under the same number.
 */
/**
 * When a new release may begin to run: `durationMs` from each tick of `cron` on, by the clock of the device's own time zone unless one
 * is named. What runs already goes on outside of it. A cron expression here has five fields.
 */
export const activationWindow = z.strictObject({
  cron: z
    .string()
    .max(128)
    .refine((text) => text.trim().split(/\s+/).length === 5 && checkCron(text).ok, 'five fields, such as "0 2 * * *"'),
  durationMs: z
    .int()
    .min(60_000)
    .max(7 * 86_400_000),
  /** IANA name, such as `Europe/Berlin`. */
  timeZone: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/)
    .max(64)
    .optional(),
});

/** Which download is allowed. Without it: any, at any time, within the device's own budgets. */
export const downloadTerms = z.strictObject({
  /** False: never over a metered link. True: also when the device's budget for metered links is spent. */
  metered: z.boolean().optional(),
  /** False: the download waits for the activation window too. */
  outsideWindow: z.boolean().optional(),
});

export const desiredWorkload = z.strictObject({
  app: appName,
  version,
  /** Digest of the release payload, which the device fetches and verifies by itself. */
  release: digest,
  config: z.record(z.string(), z.string().max(LIMITS.configValueBytes)),
  /** Changes when an operator asks for another try of the same release: clears the quarantine of its digest. */
  attempt: z.int().min(1),
  rollout: rolloutId.optional(),
  /** True only for an explicit rollback: without it a device refuses a lower releaseCounter. */
  rollback: z.boolean().optional(),
  /** Activation waits for it; an explicit rollback does not. */
  window: activationWindow.optional(),
  /** What is sealed to this device for the app; fetched by the digest of its sealed form. */
  secrets: z
    .array(z.strictObject({ name: secretName, version: secretVersion, digest }))
    .max(LIMITS.secretsPerRelease)
    .optional(),
  download: downloadTerms.optional(),
});

export const desiredState = z.strictObject({
  tenant: tenantId,
  device: deviceId,
  generation: z.int().min(0),
  issuedAtMs: z.int().min(0),
  expiresAtMs: z.int().min(0),
  workloads: z.array(desiredWorkload).max(LIMITS.workloadsPerDevice),
  /** Version of the newest snapshot of signed metadata: a device that has an older one asks for it. */
  trust: z.int().min(1).optional(),
  /** How often the device reports usage, ms. */
  usageEveryMs: z.int().min(1_000).max(86_400_000),
});

export type DesiredWorkload = z.infer<typeof desiredWorkload>;
export type DesiredState = z.infer<typeof desiredState>;
export type ActivationWindow = z.infer<typeof activationWindow>;
export type DownloadTerms = z.infer<typeof downloadTerms>;
