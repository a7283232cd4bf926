import {
  envelope,
  LIMITS,
  type Outcome,
  openEnvelope,
  PAYLOAD_TYPES,
  type Release,
  refuse,
  release,
  succeed,
} from '@wherry/protocol';
import type { KeyRing } from './keys.ts';
import { digestOf, readPayload } from './payload.ts';

/**
 * From signed metadata to "this digest may run" (rule A1): enough publishers signed exactly the bytes that the desired state names,
 * and they say what the desired state says.
 */
export interface ReleaseContext {
  readonly publishers: KeyRing;
  readonly threshold: number;
}

export interface WantedRelease {
  readonly app: string;
  readonly version: string;
  /** Digest of the payload, from the desired state. */
  readonly digest: string;
}

/** Codes: envelope_malformed, payload_too_large, key_unknown, signature_invalid, digest_mismatch, invalid_manifest, conflict (another app or version). */
export function verifyRelease(sealed: unknown, wanted: WantedRelease, context: ReleaseContext): Outcome<Release> {
  const parsed = envelope.safeParse(sealed);
  if (!parsed.success) return refuse('envelope_malformed', 'the release is not a signed envelope');
  if (parsed.data.payload.length > (LIMITS.releaseBytes * 4) / 3 + 4)
    return refuse('payload_too_large', `the release is larger than ${LIMITS.releaseBytes} bytes`);
  const { ids, verify } = context.publishers;
  const opened = openEnvelope(parsed.data, PAYLOAD_TYPES.release, ids, verify, context.threshold);
  if (!opened.ok) return opened;
  const digest = digestOf(opened.value.payload);
  if (digest !== wanted.digest)
    return refuse('digest_mismatch', `the release is ${digest}, wanted is ${wanted.digest}`);
  const read = readPayload(opened.value.payload, release, 'release', 'invalid_manifest');
  if (!read.ok) return read;
  const { app, version } = read.value;
  if (app !== wanted.app || version !== wanted.version)
    return refuse(
      'conflict',
      `the release is ${app} ${version}, but the desired state calls it ${wanted.app} ${wanted.version}`,
    );
  return succeed(read.value);
}
