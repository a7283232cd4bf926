import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { tenantId } from '../names.ts';
import { publisherDocument, rootDocument, targetsDocument } from './metadata.ts';

/** Files that people with keys keep or hand to each other. */

const base64 = z.base64().max(1024);
/** A private key of a person. Exactly one of `sealed` and `plain` is there. */
export const trustKeyFile = z.strictObject({
  kind: z.literal('wherry-key'),
  /** Ed25519, 32 bytes as hex. */
  public: z.string().regex(/^[0-9a-f]{64}$/),
  /** PKCS#8 under AES-256-GCM, whose key scrypt makes of a passphrase. */
  sealed: z
    .strictObject({
      kdf: z.literal('scrypt'),
      n: z.int(),
      r: z.int(),
      p: z.int(),
      salt: base64,
      iv: base64,
      tag: base64,
      data: base64,
    })
    .optional(),
  /** PKCS#8 as it is: for a key that lies in a safe place. */
  plain: base64.optional(),
});

/** A change that waits for signatures: new versions of metadata, and those before them, which say who must sign. */
export const trustDraft = z.strictObject({
  kind: z.literal('wherry-trust-draft'),
  tenant: tenantId,
  base: z.strictObject({
    root: rootDocument.nullable(),
    targets: targetsDocument.nullable(),
    /** Versions of the roles that it replaces, as they were. */
    versions: z.record(z.string(), z.int().min(0)).optional(),
    /** Roles of apps that it replaces, where they were verified. */
    publishers: z.record(z.string(), publisherDocument).optional(),
  }),
  documents: z.strictObject({
    root: rootDocument.optional(),
    targets: targetsDocument.optional(),
    publishers: z.record(z.string(), publisherDocument).optional(),
  }),
  /** Bytes of a release that is published with the role that names it. */
  release: z
    .base64()
    .max(Math.ceil(LIMITS.releaseBytes / 3) * 4)
    .optional(),
});
export type TrustDraft = z.infer<typeof trustDraft>;
