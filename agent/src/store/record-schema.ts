import {
  DEPLOYMENT_STATES,
  desiredWorkload,
  digest,
  ERROR_CODES,
  health,
  LIMITS,
  limitHit,
  refusal,
  registryPlace,
  VARIANT_KINDS,
} from '@wherry/protocol';
import { z } from 'zod';
import type { DeploymentRecord } from '../core/lifecycle/state.ts';

/**
 * Disk is an edge: a record is checked when it is read. One that does not fit is dropped, and made again from the desired state. What a
 * newer agent has added is passed over, so that the one before it can be put back.
 */
const facts = z.object({
  releaseCounter: z.int().min(1),
  variants: z
    .array(
      z.object({
        kind: z.enum(VARIANT_KINDS),
        artifact: z.object({ digest, sizeBytes: z.int().min(1), registry: registryPlace.optional() }).nullable(),
        platforms: z.array(z.string()).nullable(),
        target: z.string().optional(),
      }),
    )
    .max(LIMITS.variantsPerRelease),
  health,
  isOneShot: z.boolean(),
  swap: z.enum(['overlap', 'restart']).optional(),
});

const chosen = { workload: desiredWorkload, variantAt: z.int().min(0), runtime: z.string().nullable() };

export const confirmed = z.object({ ...chosen, facts });

const record = z.object({
  app: z.string(),
  phase: z.enum(DEPLOYMENT_STATES),
  target: z.object({ ...chosen, facts: facts.nullable(), refusals: z.array(refusal) }),
  good: confirmed.nullable(),
  verdict: z.object({ code: z.enum(ERROR_CODES), message: z.string(), limit: limitHit.optional() }).nullable(),
  sinceMs: z.int(),
  transitions: z.int().min(0),
});

export function readRecord(text: string): DeploymentRecord | null {
  try {
    const parsed = record.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
