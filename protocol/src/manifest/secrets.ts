import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { secretName } from '../secrets/sealed-secret.ts';

/** How a release gets a secret that it names. */
const secretGrant = z.strictObject({
  /** A variable of the environment too, for programs of WASI. */
  env: z.boolean().optional(),
  /** What a new value does: begin the program anew, which is the default, or wait until it asks again. */
  onChange: z.enum(['restart', 'wait']).optional(),
});

export const secretGrants = z
  .record(secretName, secretGrant)
  .refine((named) => Object.keys(named).length <= LIMITS.secretsPerRelease, {
    error: `the most is ${LIMITS.secretsPerRelease} secrets`,
  });

/** In a manifest a list of names does where nothing else is to be said. */
export const secretGrantsSource = z.preprocess(
  (written) =>
    Array.isArray(written) && written.every((name) => typeof name === 'string')
      ? Object.fromEntries(written.map((name) => [name, {}]))
      : written,
  secretGrants,
);
