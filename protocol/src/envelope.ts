import { z } from 'zod';
import type { Outcome } from './errors.ts';
import { refuse, succeed } from './errors.ts';
import { LIMITS } from './limits.ts';
import { type KeyId, keyId } from './names.ts';

/**
 * DSSE: the signed form of what one signer tells one reader (desired states, reports, ends of audit logs). What is signed is the
 * pre-authentication encoding of type and bytes, so a document of one kind can never be taken for another.
 * Source: secure-systems-lab/dsse, protocol.md. The signature primitive is an argument: this package has no crypto.
 */
export const PAYLOAD_TYPES = {
  desired: 'application/vnd.wherry.desired.v1+json',
  report: 'application/vnd.wherry.report.v1+json',
  auditHead: 'application/vnd.wherry.audit-head.v1+json',
  auditCheckpoint: 'application/vnd.wherry.audit-checkpoint.v1+json',
} as const;
export type PayloadType = (typeof PAYLOAD_TYPES)[keyof typeof PAYLOAD_TYPES];

export const envelope = z.strictObject({
  payloadType: z.enum(PAYLOAD_TYPES),
  /** Standard base64 of the payload bytes. */
  payload: z.base64(),
  signatures: z
    .array(z.strictObject({ keyid: keyId, sig: z.base64() }))
    .min(1)
    .max(LIMITS.signaturesPerEnvelope),
});
export type Envelope = z.infer<typeof envelope>;

/** `DSSEv1 SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes as decimal ASCII. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const type = encoder.encode(payloadType);
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const out = new Uint8Array(head.length + payload.length);
  out.set(head);
  out.set(payload, head.length);
  return out;
}

/** True when `signature` over `message` was made by the key. */
export type VerifySignature = (key: KeyId, message: Uint8Array, signature: Uint8Array) => boolean;

export interface Opened {
  readonly payload: Uint8Array;
  readonly signedBy: readonly KeyId[];
}

/**
 * Opens an envelope of the expected type if at least `threshold` different trusted keys signed it.
 * Codes: envelope_malformed, key_unknown (no signature by a trusted key), signature_invalid.
 */
export function openEnvelope(
  sealed: Envelope,
  expected: PayloadType,
  trusted: ReadonlySet<KeyId>,
  verify: VerifySignature,
  threshold = 1,
): Outcome<Opened> {
  if (sealed.payloadType !== expected)
    return refuse('envelope_malformed', `the envelope holds ${sealed.payloadType}, but ${expected} was expected`);
  const payload = fromBase64(sealed.payload);
  const message = preAuthenticationEncoding(sealed.payloadType, payload);
  const known = sealed.signatures.filter((signature) => trusted.has(signature.keyid));
  if (known.length === 0)
    return refuse(
      'key_unknown',
      `no signature by a trusted key; signed by ${sealed.signatures.map((s) => s.keyid).join(', ')}`,
    );
  const signedBy = new Set(known.filter((s) => verify(s.keyid, message, fromBase64(s.sig))).map((s) => s.keyid));
  if (signedBy.size < threshold)
    return refuse(
      'signature_invalid',
      `${signedBy.size} of ${threshold} needed signatures are valid: the content or the signature was changed`,
    );
  return succeed({ payload, signedBy: [...signedBy] });
}

export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
