import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  type DeviceName,
  detachedBytes,
  type Envelope,
  type KeyId,
  type PayloadType,
  preAuthenticationEncoding,
  toBase64,
} from '@wherry/protocol';

/** An Ed25519 key that signs DSSE envelopes and samples, as publishers and devices have one. */
export interface SigningKey {
  readonly id: KeyId;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(payloadType: PayloadType, payload: Uint8Array): Envelope;
  beside(from: DeviceName, batch: object): string;
}

export function createSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('hex').slice(0, 32) as KeyId;
  return {
    id,
    publicKey: der.toString('base64'),
    seal: (payloadType, payload) => seal(payloadType, payload, id, privateKey),
    beside: (from, batch) => sign(null, detachedBytes('usage', from, batch), privateKey).toString('base64'),
  };
}

function seal(payloadType: PayloadType, payload: Uint8Array, keyid: KeyId, key: KeyObject): Envelope {
  const sig = sign(null, preAuthenticationEncoding(payloadType, payload), key).toString('base64');
  return { payloadType, payload: toBase64(payload), signatures: [{ keyid, sig }] };
}
