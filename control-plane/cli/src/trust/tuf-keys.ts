import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type TufKey, tufSignedBytes, type VerifyRaw } from '@wherry/protocol';

const SPKI_OF_ED25519 = '302a300506032b6570032100';

/** Throws where the hex is no 32 bytes. */
export function publicKeyOf(publicHex: string): KeyObject {
  return createPublicKey({ key: Buffer.from(SPKI_OF_ED25519 + publicHex, 'hex'), format: 'der', type: 'spki' });
}

export function tufKeyOf(publicHex: string): TufKey {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
}

/** TUF 1.0 §4.2: the SHA-256 of the key's canonical JSON. */
export function tufKeyId(publicHex: string): string {
  return createHash('sha256')
    .update(tufSignedBytes(tufKeyOf(publicHex)))
    .digest('hex');
}

/** The 32 bytes of an Ed25519 public key as hex. */
export function rawPublicKey(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
}

export const verifyRaw: VerifyRaw = (publicHex, message, signatureHex) => {
  try {
    return verify(null, message, publicKeyOf(publicHex), Buffer.from(signatureHex, 'hex'));
  } catch {
    return false;
  }
};

/** Somebody who can sign here: a key in a file, or one that an SSH agent holds. */
export interface Signer {
  readonly publicHex: string;
  readonly name: string;
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
