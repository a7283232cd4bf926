/**
 * The keys of HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256, for one message. Whoever seals or opens
 * brings the primitives, as with signatures: this package has no crypto.
 */
export type HmacSha256 = (key: Uint8Array, data: Uint8Array) => Uint8Array;

/** RFC 9180, section 7.3. */
export interface HpkeAead {
  readonly id: number;
  readonly keyBytes: number;
}
export const AES_256_GCM: HpkeAead = { id: 2, keyBytes: 32 };

export interface HpkeInput {
  /** X25519 of one side's private and the other's public key, 32 bytes. */
  readonly sharedPoint: Uint8Array;
  /** Public key that was made for this message, 32 bytes. */
  readonly encapsulated: Uint8Array;
  /** Public key of who can open it, 32 bytes. */
  readonly recipient: Uint8Array;
  readonly info: Uint8Array;
}

const KEM_ID = 0x0020;
const KDF_ID = 0x0001;
const HASH_BYTES = 32;
const NONCE_BYTES = 12;
const NONE = new Uint8Array(0);

export function hpkeKeys(
  { sharedPoint, encapsulated, recipient, info }: HpkeInput,
  aead: HpkeAead,
  hmac: HmacSha256,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const kem = labelled(join(ascii('KEM'), number16(KEM_ID)), hmac);
  const point = kem.extract(NONE, 'eae_prk', sharedPoint);
  const secret = kem.expand(point, 'shared_secret', join(encapsulated, recipient), HASH_BYTES);
  const suite = labelled(join(ascii('HPKE'), number16(KEM_ID), number16(KDF_ID), number16(aead.id)), hmac);
  const baseMode = Uint8Array.of(0);
  const context = join(baseMode, suite.extract(NONE, 'psk_id_hash', NONE), suite.extract(NONE, 'info_hash', info));
  const master = suite.extract(secret, 'secret', NONE);
  return {
    key: suite.expand(master, 'key', context, aead.keyBytes),
    nonce: suite.expand(master, 'base_nonce', context, NONCE_BYTES),
  };
}

/** LabeledExtract and LabeledExpand (section 4). Nothing here is longer than one block of the hash. */
function labelled(suiteId: Uint8Array, hmac: HmacSha256) {
  const version = ascii('HPKE-v1');
  return {
    extract: (salt: Uint8Array, label: string, input: Uint8Array) =>
      hmac(salt, join(version, suiteId, ascii(label), input)),
    expand: (key: Uint8Array, label: string, info: Uint8Array, bytes: number) =>
      hmac(key, join(number16(bytes), version, suiteId, ascii(label), info, Uint8Array.of(1))).slice(0, bytes),
  };
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function number16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
