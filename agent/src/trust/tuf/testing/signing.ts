import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalBytes } from '@wherry/protocol';

/** A key of an owner, a publisher, or somebody else. */
export interface TestKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  /** As metadata writes it. */
  readonly json: { keytype: string; scheme: string; keyval: { public: string } };
}

export function makeTestKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, ...tufKeyOf(publicKey.export({ format: 'der', type: 'spki' })) };
}

/** A public key as metadata names it. */
export function tufKeyOf(spki: Uint8Array): Pick<TestKey, 'id' | 'json'> {
  const publicHex = Buffer.from(spki.subarray(-32)).toString('hex');
  const json = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
  return { id: createHash('sha256').update(canonicalBytes(json)).digest('hex'), json };
}

export function signatureOf(key: TestKey, signed: object) {
  return { keyid: key.id, sig: sign(null, canonicalBytes(signed), key.privateKey).toString('hex') };
}

/** A metadata file; keys sign in the order given, also twice. */
export function seal(signed: object, keys: readonly TestKey[]): Uint8Array {
  return Buffer.from(JSON.stringify({ signatures: keys.map((key) => signatureOf(key, signed)), signed }, null, 1));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
