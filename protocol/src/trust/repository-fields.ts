import { z } from 'zod';

/**
 * What Wherry adds to TUF metadata, in fields that other clients sign and verify with the rest and otherwise pass over (TUF 1.0 §4).
 */

/** In the signed part of root: who may say what a device runs now. The keys stand in root's `keys`, and so rotate with root. */
export const DIRECTOR_FIELD = 'x-wherry-director';
export const directorField = z.strictObject({
  keyids: z.array(z.string().min(1).max(128)).min(1).max(16),
  threshold: z.int().min(1).max(16),
});

/** In the signed part of targets: `tenant/app` to the lowest releaseCounter that may still be installed. */
export const FLOOR_FIELD = 'x-wherry-floor';
export const floorField = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}\/[a-z0-9][a-z0-9_-]{0,62}$/),
  z.int().min(0),
);
