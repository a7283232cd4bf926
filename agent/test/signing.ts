import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Envelope, type PayloadType, preAuthenticationEncoding } from '@wherry/protocol';

/** A key pair of a publisher or a director, as tests need it. */
export interface Signer {
  readonly keyId: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(type: PayloadType, payload: Uint8Array): Envelope;
}

/** By a key that somebody has, or by a new one. */
export function makeSigner(privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey): Signer {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 32);
  return {
    keyId,
    publicKey: spki.toString('base64'),
    seal: (type, payload) => sealWith([{ keyId, privateKey }], type, payload),
  };
}

function sealWith(
  keys: readonly { readonly keyId: string; readonly privateKey: KeyObject }[],
  type: PayloadType,
  payload: Uint8Array,
): Envelope {
  const message = preAuthenticationEncoding(type, payload);
  return {
    payloadType: type,
    payload: Buffer.from(payload).toString('base64'),
    signatures: keys.map(({ keyId, privateKey }) => ({
      keyid: keyId as Envelope['signatures'][number]['keyid'],
      sig: sign(null, message, privateKey).toString('base64'),
    })),
  };
}
