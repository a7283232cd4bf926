/**
 * The keys of HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256, for one message. Whoever seals or opens
 * brings the primitives, as with signatures: this package has no crypto.
 */
export type HmacSha256 = (key: Uint8Array, data: Uint8Array) => Uint8Array;
/** As browsers have it. */
export type HmacSha256Later = (key: Uint8Array, data: Uint8Array) => Promise<Uint8Array>;

export interface HpkeKeys {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

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

export function hpkeKeys(input: HpkeInput, aead: HpkeAead, hmac: HmacSha256): HpkeKeys {
  const steps = derive(input, aead);
  let step = steps.next();
  while (!step.done) step = steps.next(hmac(step.value.key, step.value.data));
  return step.value;
}

export async function hpkeKeysLater(input: HpkeInput, aead: HpkeAead, hmac: HmacSha256Later): Promise<HpkeKeys> {
  const steps = derive(input, aead);
  let step = steps.next();
  while (!step.done) step = steps.next(await hmac(step.value.key, step.value.data));
  return step.value;
}

/** The derivation asks for one HMAC after the other, so that it is the same for those who have to wait for theirs. */
type Hmacs<T> = Generator<{ readonly key: Uint8Array; readonly data: Uint8Array }, T, Uint8Array>;

function* derive({ sharedPoint, encapsulated, recipient, info }: HpkeInput, aead: HpkeAead): Hmacs<HpkeKeys> {
  const kem = labelled(join(ascii('KEM'), number16(KEM_ID)));
  const point = yield* kem.extract(NONE, 'eae_prk', sharedPoint);
  const secret = yield* kem.expand(point, 'shared_secret', join(encapsulated, recipient), HASH_BYTES);
  const suite = labelled(join(ascii('HPKE'), number16(KEM_ID), number16(KDF_ID), number16(aead.id)));
  const baseMode = Uint8Array.of(0);
  const pskHash = yield* suite.extract(NONE, 'psk_id_hash', NONE);
  const context = join(baseMode, pskHash, yield* suite.extract(NONE, 'info_hash', info));
  const master = yield* suite.extract(secret, 'secret', NONE);
  return {
    key: yield* suite.expand(master, 'key', context, aead.keyBytes),
    nonce: yield* suite.expand(master, 'base_nonce', context, NONCE_BYTES),
  };
}

/** LabeledExtract and LabeledExpand (section 4). Nothing here is longer than one block of the hash. */
function labelled(suiteId: Uint8Array) {
  const version = ascii('HPKE-v1');
  return {
    *extract(salt: Uint8Array, label: string, input: Uint8Array): Hmacs<Uint8Array> {
      return yield { key: salt, data: join(version, suiteId, ascii(label), input) };
    },
    *expand(key: Uint8Array, label: string, info: Uint8Array, bytes: number): Hmacs<Uint8Array> {
      const data = join(number16(bytes), version, suiteId, ascii(label), info, Uint8Array.of(1));
      return (yield { key, data }).slice(0, bytes);
    },
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
