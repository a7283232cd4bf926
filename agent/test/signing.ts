import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import {
  type DetachedType,
  type DeviceName,
  detachedBytes,
  type Envelope,
  type PayloadType,
  preAuthenticationEncoding,
} from '@wherry/protocol';

/** A key pair of a publisher or a director, as tests need it. */
export interface Signer {
  readonly keyId: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(type: PayloadType, payload: Uint8Array): Envelope;
  /** A signature beside what it signs, base64. */
  vouch(type: DetachedType, device: DeviceName, content: object): string;
  hasSigned(message: Uint8Array, signature: Uint8Array): boolean;
}

/** By a key that somebody has, or by a new one. */
export function makeSigner(privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey): Signer {
  const key = createPublicKey(privateKey);
  const spki = key.export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 32);
  return {
    keyId,
    publicKey: spki.toString('base64'),
    seal: (type, payload) => sealWith([{ keyId, privateKey }], type, payload),
    vouch: (type, device, content) => sign(null, detachedBytes(type, device, content), privateKey).toString('base64'),
    hasSigned: (message, signature) => verify(null, message, key, signature),
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
