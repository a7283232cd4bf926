import type { toTrustMaterial } from '@sigstore/verify';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { z } from 'zod';

/**
 * `trusted_root.json` (media type application/vnd.dev.sigstore.trustedroot+json): the certificate authorities, logs and timestamp
 * authorities that sigstore's signatures are held against. Keys in PKCS#1 form are of a log that has ended, and are not taken.
 */
export type TrustedRoot = Parameters<typeof toTrustMaterial>[0];

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const date = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const validFor = z.object({ start: date.optional(), end: date.optional() }).optional();

/** Only whether a key is in PKCS#1 form is looked at; this number of sigstore_common.proto is that of ECDSA over P-256. */
const PKIX = 5;

const log = z
  .object({
    baseUrl: z.string(),
    publicKey: z.object({ rawBytes: bytes, keyDetails: z.string().startsWith('PKIX_'), validFor }),
    logId: z.object({ keyId: bytes }),
    checkpointKeyId: z.object({ keyId: bytes }).optional(),
  })
  .transform(({ publicKey, ...rest }) => ({
    ...rest,
    hashAlgorithm: 1,
    publicKey: { ...publicKey, keyDetails: PKIX },
  }));

const authority = z.object({
  certChain: z.object({ certificates: z.array(z.object({ rawBytes: bytes })).max(8) }),
  validFor,
});

const trustedRoot = z.object({
  certificateAuthorities: z.array(authority).max(32).default([]),
  timestampAuthorities: z.array(authority).max(32).default([]),
  tlogs: z.array(log).max(32).default([]),
  ctlogs: z.array(log).max(32).default([]),
});

/** Code: invalid_body. */
export function readTrustedRoot(text: string): Outcome<TrustedRoot> {
  try {
    const parsed = trustedRoot.safeParse(JSON.parse(text));
    if (parsed.success) return succeed(parsed.data as unknown as TrustedRoot);
    const issue = parsed.error.issues[0];
    return refuse('invalid_body', `the trusted root at ${issue?.path.join('.') || 'its beginning'}: ${issue?.message}`);
  } catch {
    return refuse('invalid_body', 'the trusted root is no JSON: give the content of a trusted_root.json');
  }
}
