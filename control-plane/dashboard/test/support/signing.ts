import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Envelope, type KeyId, type PayloadType, preAuthenticationEncoding, toBase64 } from '@wherry/protocol';

/** An Ed25519 key that signs DSSE envelopes, as publishers and devices have one. */
export interface SigningKey {
  readonly id: KeyId;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(payloadType: PayloadType, payload: Uint8Array): Envelope;
}

export function createSigningKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('hex').slice(0, 32) as KeyId;
  return {
    id,
    publicKey: der.toString('base64'),
    seal: (payloadType, payload) => seal(payloadType, payload, id, privateKey),
  };
}

function seal(payloadType: PayloadType, payload: Uint8Array, keyid: KeyId, key: KeyObject): Envelope {
  const sig = sign(null, preAuthenticationEncoding(payloadType, payload), key).toString('base64');
  return { payloadType, payload: toBase64(payload), signatures: [{ keyid, sig }] };
}
