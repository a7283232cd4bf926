import { createHash, sign } from 'node:crypto';
import {
  canonicalBytes,
  type Envelope,
  envelope,
  LIMITS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  type Release,
  toBase64,
} from '@wherry/protocol';
import { refused } from '../failure.ts';
import type { PublisherKeyFile } from './publisher-key.ts';

export interface SignedRelease {
  readonly digest: string;
  readonly sealed: Envelope;
}

/** Signs a release with every key given. Its identity is the digest of the bytes that are signed. */
export function signRelease(release: Release, keys: readonly PublisherKeyFile[]): SignedRelease {
  const payload = canonicalBytes(release);
  if (payload.length > LIMITS.releaseBytes)
    throw refused('payload_too_large', `the release has ${payload.length} bytes; the most is ${LIMITS.releaseBytes}`);
  const message = preAuthenticationEncoding(PAYLOAD_TYPES.release, payload);
  return {
    digest: `sha256:${createHash('sha256').update(payload).digest('hex')}`,
    sealed: envelope.parse({
      payloadType: PAYLOAD_TYPES.release,
      payload: toBase64(payload),
      signatures: keys.map((key) => ({ keyid: key.id, sig: toBase64(sign(null, message, key.privateKey)) })),
    }),
  };
}
