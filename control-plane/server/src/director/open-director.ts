import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes, type Envelope, PAYLOAD_TYPES, preAuthenticationEncoding, toBase64 } from '@wherry/protocol';
import type { Director } from '../app/context.ts';
import { keyIdOf } from '../app/keys.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';

/**
 * The director signs what each device should run. Its key lives in the file `director-key.pem` of the data folder (mode 0600) and is
 * made at the first start. Devices learn the public half when they are claimed, so losing the file means claiming them again.
 */
export async function openDirector(dataDir: string): Promise<Director> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'director-key.pem');
  const privateKey = (await readKey(file)) ?? (await makeKey(file));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  const keyid = keyIdOf(publicKey);
  return {
    keyId: keyid,
    publicKey,
    sign(state): Envelope {
      const payload = canonicalBytes(state);
      const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.desired, payload), privateKey);
      return {
        payloadType: PAYLOAD_TYPES.desired,
        payload: toBase64(payload),
        signatures: [{ keyid, sig: sig.toString('base64') }],
      };
    },
  };
}

async function readKey(file: string): Promise<KeyObject | null> {
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
    throw new Error(`read the director key ${file}: it is damaged; restore it from a backup`, { cause });
  }
}

async function makeKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFileDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  return privateKey;
}
