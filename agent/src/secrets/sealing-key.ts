import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KeyId } from '@wherry/protocol';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, readIfThere, replaceFile } from '../store/files.ts';

/**
 * The X25519 key to which secrets for this device are sealed: made here at the first start, and never anywhere else. Its public half goes
 * out with the signed inventory. Whoever copies the file, with what is sealed, reads the secrets: it is as good as the device.
 */
export interface SealingKey {
  readonly id: KeyId;
  /** 32 bytes. */
  readonly publicBytes: Uint8Array;
  readonly privateKey: KeyObject;
}

const KEY_BYTES = 32;

export const sealingKeyPath = (folder: string) => join(folder, 'secrets', 'device-key');

/** Null when there is none and none can be stored: a key that the next start does not know would be of no use. */
export function openSealingKey(folder: string, canStore: boolean, effects: Effects): SealingKey | null {
  const path = sealingKeyPath(folder);
  const stored = parseSealingKey(readIfThere(path));
  if (stored !== null || !canStore) return stored;
  const { privateKey } = generateKeyPairSync('x25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  if (!existsSync(dirname(path))) makeFolder(effects, dirname(path));
  replaceFile(effects, path, text);
  return sealingKeyOf(privateKey);
}

export function sealingKeyOf(privateKey: KeyObject): SealingKey {
  // The SPKI form of an X25519 key ends with its 32 bytes (RFC 8410).
  const publicBytes = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES);
  const id = createHash('sha256').update(publicBytes).digest('hex').slice(0, 32) as KeyId;
  return { id, publicBytes, privateKey };
}

/** Null also for what a disk made of it. */
function parseSealingKey(text: string | null): SealingKey | null {
  if (text === null) return null;
  try {
    const privateKey = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    return privateKey.asymmetricKeyType === 'x25519' ? sealingKeyOf(privateKey) : null;
  } catch {
    return null;
  }
}
