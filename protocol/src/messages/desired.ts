import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { appName, deviceId, digest, rolloutId, tenantId, version } from '../names.ts';

/**
 * Desired state: what one device should run now, the whole of it. Signed by the director (payload type `desired`).
 * `generation` only grows; a device refuses a lower one, and another document under the same number.
 */
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
});

export const desiredState = z.strictObject({
  tenant: tenantId,
  device: deviceId,
  generation: z.int().min(0),
  issuedAtMs: z.int().min(0),
  expiresAtMs: z.int().min(0),
  workloads: z.array(desiredWorkload).max(LIMITS.workloadsPerDevice),
  /** How often the device reports usage, ms. */
  usageEveryMs: z.int().min(1_000).max(86_400_000),
});

export type DesiredWorkload = z.infer<typeof desiredWorkload>;
export type DesiredState = z.infer<typeof desiredState>;
