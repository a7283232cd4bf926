import {
  AES_256_GCM,
  associatedData,
  fromBase64,
  type HmacSha256Later,
  hpkeKeysLater,
  type KeyId,
  SEALING_INFO,
  SEALING_KEY_BYTES,
  type SealedSecret,
  type SecretContext,
  type SecretSealer,
  toBase64,
} from '@wherry/protocol';

/** Sealing to an X25519 key with what the browser has (RFC 9180; protocol/src/secrets), and opening what was sealed to this browser. */
type Bytes = Uint8Array<ArrayBuffer>;
const X25519 = { name: 'X25519' };
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const BITS_PER_BYTE = 8;

export const webSealer: SecretSealer = { seal, keyIdOf };

async function seal(recipient: Uint8Array, value: Uint8Array, context: SecretContext): Promise<SealedSecret> {
  const own = await newKeyPair();
  const encapsulated = await publicBytesOf(own.publicKey);
  const sharedPoint = await agree(own.privateKey, recipient);
  const { key, nonce } = await hpkeKeysLater(
    { sharedPoint, encapsulated, recipient, info: SEALING_INFO },
    AES_256_GCM,
    hmac,
  );
  const aes = await crypto.subtle.importKey('raw', plain(key), 'AES-GCM', false, ['encrypt']);
  const text = await crypto.subtle.encrypt(gcm(nonce, context), aes, plain(value));
  return {
    key: await keyIdOf(recipient),
    enc: toBase64(encapsulated) as SealedSecret['enc'],
    text: toBase64(new Uint8Array(text)),
  };
}

/** Null: it was changed, or is sealed to another key or for something else. */
export async function open(sealed: SealedSecret, own: CryptoKeyPair, context: SecretContext): Promise<Bytes | null> {
  try {
    const encapsulated = fromBase64(sealed.enc);
    const recipient = await publicBytesOf(own.publicKey);
    const sharedPoint = await agree(own.privateKey, encapsulated);
    const input = { sharedPoint, encapsulated, recipient, info: SEALING_INFO };
    const { key, nonce } = await hpkeKeysLater(input, AES_256_GCM, hmac);
    const aes = await crypto.subtle.importKey('raw', plain(key), 'AES-GCM', false, ['decrypt']);
    return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, context), aes, plain(fromBase64(sealed.text))));
  } catch {
    return null;
  }
}

/** The private half cannot be read out, not by this page either: it only works. */
export async function newKeyPair(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(X25519, false, ['deriveBits'])) as CryptoKeyPair;
}

export async function publicBytesOf(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', key));
}

/** First 32 hex digits of the SHA-256 of the raw public key. */
export async function keyIdOf(raw: Uint8Array): Promise<KeyId> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', plain(raw)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('') as KeyId;
}

async function agree(privateKey: CryptoKey, publicBytes: Uint8Array): Promise<Bytes> {
  const other = await crypto.subtle.importKey('raw', plain(publicBytes), X25519, true, []);
  const point = await crypto.subtle.deriveBits(
    { ...X25519, public: other },
    privateKey,
    SEALING_KEY_BYTES * BITS_PER_BYTE,
  );
  return new Uint8Array(point);
}

/** HMAC fills its key up with zeros (RFC 2104), so that no key is this one; browsers refuse one without any byte. */
const NO_KEY = new Uint8Array(1);

const hmac: HmacSha256Later = async (key, data) => {
  const imported = await crypto.subtle.importKey('raw', plain(key.length > 0 ? key : NO_KEY), HMAC, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign(HMAC, imported, plain(data)));
};

function gcm(nonce: Uint8Array, context: SecretContext): AesGcmParams {
  return { name: 'AES-GCM', iv: plain(nonce), additionalData: plain(associatedData(context)) };
}

/** The browser's types want to know that no other thread writes there. */
function plain(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}
