import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileDurably } from '../files/write-file-durably.ts';

/** A key that the control plane holds: Ed25519, PKCS#8 PEM in a file of its owner's (mode 0600), made at the first start. */
export async function openKeyFile(file: string, what: string): Promise<KeyObject> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return (await readKey(file, what)) ?? (await makeKey(file));
}

/** The 32 bytes of the public half as hex: the form in which TUF metadata has it. */
export function rawPublicKey(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
}

async function readKey(file: string, what: string): Promise<KeyObject | null> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  // A damaged key must not be replaced silently: every device would refuse the new one.
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Error(`read the ${what} key ${file}: it is damaged; restore it from a backup`, { cause });
  }
}

async function makeKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFileDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  return privateKey;
}
