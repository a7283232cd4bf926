import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from 'node:crypto';
import { readIfThere } from '../files/read-if-there.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { KEY_ALGORITHM } from './x509.ts';

/** A P-256 key in a file of its own (PEM, mode 0600), made when absent. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly privatePem: string;
  /** SPKI DER. */
  readonly publicKey: Uint8Array;
  /** First 16 hex digits of the public key's SHA-256. */
  readonly id: string;
}

const KEY_MODE = 0o600;

export async function openKeyPair(file: string): Promise<KeyPair> {
  const found = await readIfThere(file);
  if (found !== null) return pairOf(createPrivateKey(found));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: KEY_ALGORITHM.namedCurve });
  const pair = pairOf(privateKey);
  await writeFileDurably(file, pair.privatePem, KEY_MODE);
  return pair;
}

function pairOf(privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    privateKey,
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey,
    id: createHash('sha256').update(publicKey).digest('hex').slice(0, 16),
  };
}

/** As the X.509 library takes it. */
export async function importKey({ privateKey, publicKey }: KeyPair): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    privateKey: await subtle.importKey('pkcs8', der, KEY_ALGORITHM, false, ['sign']),
    publicKey: await subtle.importKey('spki', publicKey, KEY_ALGORITHM, true, ['verify']),
  };
}
