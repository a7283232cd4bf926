import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type KeyId, keyId } from '@wherry/protocol';
import { refused } from '../failure.ts';

/** A key that signs releases: Ed25519, PKCS#8 PEM in a file of its owner's. The control plane and devices hold the public half. */
export interface PublisherKeyFile {
  readonly id: KeyId;
  readonly privateKey: KeyObject;
}

export interface PublicKeyFile {
  readonly id: KeyId;
  /** SPKI DER, base64. */
  readonly key: string;
}

const KEY_FILE_MAX_BYTES = 4096;

/** First 32 hex digits of the SHA-256 of the SPKI DER form. */
export function keyIdOf(publicKey: KeyObject): KeyId {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return keyId.parse(createHash('sha256').update(der).digest('hex').slice(0, 32));
}

export async function readPublisherKey(file: string): Promise<PublisherKeyFile> {
  const text = await readSmall(file);
  const privateKey = parseKey(() => createPrivateKey(text));
  if (privateKey?.asymmetricKeyType !== 'ed25519')
    throw refused(
      'signature_missing',
      `${file} is not an Ed25519 private key in PEM form: make one with "wherry keys new"`,
    );
  return { id: keyIdOf(createPublicKey(privateKey)), privateKey };
}

/** Base64 of the SPKI DER form, as `wherry keys new` writes it, or PEM. */
export async function readPublicKey(file: string): Promise<PublicKeyFile> {
  const text = (await readSmall(file)).trim();
  if (text.includes('PRIVATE KEY'))
    throw refused('invalid_body', `${file} is a private key: keep it, and use ${file}.pub beside it`);
  const publicKey = parseKey(() =>
    text.startsWith('-----')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  );
  if (publicKey?.asymmetricKeyType !== 'ed25519')
    throw refused('invalid_body', `${file} is not an Ed25519 public key (SPKI, base64 or PEM)`);
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { id: keyIdOf(publicKey), key };
}

async function readSmall(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read the key ${file}: ${error.message}`);
  });
  return bytes.subarray(0, KEY_FILE_MAX_BYTES).toString('utf8');
}

function parseKey(parse: () => KeyObject): KeyObject | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
