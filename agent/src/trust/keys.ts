import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type KeyId, type Outcome, refuse, succeed, type VerifySignature } from '@wherry/protocol';

/** Public keys that this device trusts for one purpose. The same key given twice counts once: a threshold counts keys. */
export interface KeyRing {
  readonly ids: ReadonlySet<KeyId>;
  readonly verify: VerifySignature;
}

/** `keys` are SPKI DER in base64. Codes: invalid_body. */
export function makeKeyRing(keys: readonly string[]): Outcome<KeyRing> {
  const byId = new Map<KeyId, KeyObject>();
  for (const text of keys) {
    const der = Buffer.from(text, 'base64');
    const key = readKey(der);
    if (key?.asymmetricKeyType !== 'ed25519')
      return refuse('invalid_body', `not an Ed25519 public key in SPKI DER form, base64: ${text.slice(0, 24)}…`);
    byId.set(keyIdOf(der), key);
  }
  return succeed({
    ids: new Set(byId.keys()),
    verify(id, message, signature) {
      const key = byId.get(id);
      return key !== undefined && signature.length === 64 && verify(null, message, key, signature);
    },
  });
}

/** First 32 hex digits of the SHA-256 of the SPKI DER form. */
export function keyIdOf(spki: Uint8Array): KeyId {
  return createHash('sha256').update(spki).digest('hex').slice(0, 32) as KeyId;
}

function readKey(der: Buffer): KeyObject | null {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
