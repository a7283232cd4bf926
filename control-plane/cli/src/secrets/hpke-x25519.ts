import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import {
  AES_256_GCM,
  associatedData,
  type HmacSha256,
  hpkeKeys,
  type KeyId,
  SEALING_INFO,
  type SealedSecret,
  type SecretContext,
} from '@wherry/protocol';

/** Sealing to an X25519 key, and opening what was sealed to the key of this machine (RFC 9180; protocol/src/secrets). */
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** SPKI of X25519 before the 32 bytes of the key (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
const hmac: HmacSha256 = (key, data) => createHmac('sha256', key).update(data).digest();

export function seal(recipient: Uint8Array, value: Uint8Array, context: SecretContext): SealedSecret {
  const own = generateKeyPairSync('x25519');
  const encapsulated = rawPublicKey(own.publicKey);
  const sharedPoint = diffieHellman({ privateKey: own.privateKey, publicKey: publicKeyOf(recipient) });
  const keys = hpkeKeys({ sharedPoint, encapsulated, recipient, info: SEALING_INFO }, AES_256_GCM, hmac);
  const cipher = createCipheriv('aes-256-gcm', keys.key, keys.nonce).setAAD(associatedData(context));
  const text = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  return { key: sealingKeyId(recipient), enc: encapsulated.toString('base64'), text: text.toString('base64') };
}

/** Null: it was changed, or is sealed to another key or for something else. */
export function open(sealed: SealedSecret, privateKey: KeyObject, context: SecretContext): Buffer | null {
  try {
    const recipient = rawPublicKey(createPublicKey(privateKey));
    const encapsulated = Buffer.from(sealed.enc, 'base64');
    const sharedPoint = diffieHellman({ privateKey, publicKey: publicKeyOf(encapsulated) });
    const keys = hpkeKeys({ sharedPoint, encapsulated, recipient, info: SEALING_INFO }, AES_256_GCM, hmac);
    const text = Buffer.from(sealed.text, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', keys.key, keys.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(context)).setAuthTag(text.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(text.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** First 32 hex digits of the SHA-256 of the raw public key. */
export function sealingKeyId(raw: Uint8Array): KeyId {
  return createHash('sha256').update(raw).digest('hex').slice(0, 32) as KeyId;
}

export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES);
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
}
