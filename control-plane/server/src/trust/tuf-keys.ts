import { createHash, createPublicKey, verify } from 'node:crypto';
import { type TufKey, tufSignedBytes, type VerifyRaw } from '@wherry/protocol';

const SPKI_OF_ED25519 = '302a300506032b6570032100';

/** TUF 1.0 §4.2: the SHA-256 of the key's canonical JSON. */
export function tufKeyId(publicHex: string): string {
  const key: TufKey = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
  return createHash('sha256').update(tufSignedBytes(key)).digest('hex');
}

export const verifyRaw: VerifyRaw = (publicHex, message, signatureHex) => {
  try {
    const key = createPublicKey({ key: Buffer.from(SPKI_OF_ED25519 + publicHex, 'hex'), format: 'der', type: 'spki' });
    return verify(null, message, key, Buffer.from(signatureHex, 'hex'));
  } catch {
    return false;
  }
};
