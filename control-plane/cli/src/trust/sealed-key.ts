import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  scryptSync,
} from 'node:crypto';

/**
 * A private key encrypted with a passphrase: scrypt makes the key of AES-256-GCM, whose tag tells a wrong passphrase or a changed file.
 * The cost is that of an interactive log-in on purpose made dear: 128 MiB and about half a second for each guess.
 */
export interface SealedKey {
  readonly kdf: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** Base64, as are the others. */
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

const COST = { n: 2 ** 17, r: 8, p: 1 } as const;
/** Of a file from elsewhere: more would be a way to stop this machine. */
const N_MAX = 2 ** 18;
const COST_MAX_BYTES = 512 * 1024 * 1024;

export function sealKey(privateKey: KeyObject, passphrase: string, about: string): SealedKey {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive(passphrase, salt, COST), iv).setAAD(Buffer.from(about));
  const data = Buffer.concat([cipher.update(privateKey.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const text = (bytes: Buffer) => bytes.toString('base64');
  return { kdf: 'scrypt', ...COST, salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), data: text(data) };
}

/** Null: a wrong passphrase, or a damaged file. `about` is what the key was sealed for. */
export function openSealedKey(sealed: SealedKey, passphrase: string, about: string): KeyObject | null {
  if (!isAffordable(sealed)) return null;
  const bytes = (text: string) => Buffer.from(text, 'base64');
  try {
    const key = derive(passphrase, bytes(sealed.salt), sealed);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(sealed.iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes(sealed.tag));
    const der = Buffer.concat([decipher.update(bytes(sealed.data)), decipher.final()]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    return null;
  }
}

/** Asked first: a cost that scrypt itself refuses stays among OpenSSL's errors, and the next private key this thread reads fails by it. */
function isAffordable({ n, r, p }: SealedKey): boolean {
  return r === COST.r && p === COST.p && n > 1 && n <= N_MAX && Number.isInteger(Math.log2(n));
}

function derive(passphrase: string, salt: Buffer, { n, r, p }: Pick<SealedKey, 'n' | 'r' | 'p'>): Buffer {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: n, r, p, maxmem: COST_MAX_BYTES });
}
