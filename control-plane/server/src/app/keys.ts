import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type KeyId, type Outcome, refuse, succeed, type VerifySignature } from '@wherry/protocol';

/** First 32 hex digits of the SHA-256 of the SPKI DER. */
export function keyIdOf(spkiBase64: string): KeyId {
  const digest = createHash('sha256').update(Buffer.from(spkiBase64, 'base64')).digest('hex');
  return digest.slice(0, 32) as KeyId;
}

/** Code: invalid_body, when it is not an Ed25519 public key in SPKI DER, base64. */
export function readPublicKey(spkiBase64: string, path: string): Outcome<KeyObject> {
  try {
    const key = createPublicKey({ key: Buffer.from(spkiBase64, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ed25519') return succeed(key);
    return refuse('invalid_body', `the key is ${key.asymmetricKeyType}; send an Ed25519 key`, { path });
  } catch {
    return refuse('invalid_body', 'this is no public key; send an Ed25519 key as SPKI DER in base64', { path });
  }
}

export function verifierOf(keys: ReadonlyMap<KeyId, KeyObject>): VerifySignature {
  return (id, message, signature) => {
    const key = keys.get(id);
    return key !== undefined && verify(null, message, key, signature);
  };
}
