import { createHash } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { z } from 'zod';

/** What a bundle's signature covers, before it is known whether it holds. */
export interface Signed {
  /** What was signed with its digest in the bundle; null for an attestation, which brings its own bytes. */
  readonly bytes: Uint8Array | null;
  /** Of artifacts, `sha256:…`. */
  readonly digests: ReadonlySet<string>;
}

const IN_TOTO = 'application/vnd.in-toto+json';

/** in-toto Statement v1: what it is about. */
const statement = z.object({
  subject: z
    .array(z.object({ digest: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }) }))
    .min(1)
    .max(64),
});

/** OCI image manifest: what it consists of. */
const manifestSchema = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string() })).max(128),
});

/** Code: evidence_invalid. */
export function signedDigests(
  bundle: Bundle,
  manifest: Uint8Array | null,
  content: Uint8Array | null,
): Outcome<Signed> {
  const parts = manifest === null ? succeed([]) : partsOf(manifest);
  if (!parts.ok) return parts;
  const manifestDigest = manifest === null ? null : digestOf(manifest);
  const withParts = (digests: readonly string[]) =>
    new Set(manifestDigest !== null && digests.includes(manifestDigest) ? [...digests, ...parts.value] : digests);
  if (bundle.content.$case === 'dsseEnvelope') {
    const { payloadType, payload } = bundle.content.dsseEnvelope;
    const parsed = payloadType === IN_TOTO ? statement.safeParse(parse(payload)) : null;
    if (!parsed?.success) return refuse('evidence_invalid', 'the attestation of the bundle is no in-toto statement');
    const digests = parsed.data.subject.map(({ digest }) => `sha256:${digest.sha256}`);
    return succeed({ bytes: null, digests: withParts(digests) });
  }
  const bytes = manifest ?? content;
  if (bytes === null)
    return refuse('evidence_invalid', 'what the bundle signs is not here: send the OCI manifest with it');
  return succeed({ bytes, digests: withParts([digestOf(bytes)]) });
}

function partsOf(manifest: Uint8Array): Outcome<string[]> {
  const parsed = manifestSchema.safeParse(parse(manifest));
  if (!parsed.success)
    return refuse('evidence_invalid', 'the manifest that came with the bundle is no OCI image manifest');
  return succeed([parsed.data.config.digest, ...parsed.data.layers.map(({ digest }) => digest)]);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
