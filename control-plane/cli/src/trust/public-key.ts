import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { keyFolder, listKeyFiles, readKeyFile } from './key-folder.ts';
import { publicKeyOf, rawPublicKey } from './tuf-keys.ts';

/**
 * The public half of a key, as hex: given as such, as the name of a key of the folder, or as a file (ours, PEM, or FILE.pub).
 * Code: not_found.
 */
export async function findPublicKey(shell: Shell, text: string, keys: string | undefined): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  const folder = keyFolder(shell, keys);
  const named = (await listKeyFiles(folder)).find(({ name }) => name === text);
  if (named) return named.publicHex;
  const path = resolve(shell.folder, text);
  const content = await readFile(path, 'utf8').catch(() => {
    throw refused('not_found', `there is no key ${text}, neither as ${join(folder, `${text}.key`)} nor as ${path}`);
  });
  if (content.includes('wherry-key') || content.includes('PRIVATE KEY')) return (await readKeyFile(path)).publicHex;
  const publicKey = parseKey(content.trim());
  if (publicKey?.asymmetricKeyType !== 'ed25519')
    throw refused('invalid_body', `${path} is not an Ed25519 public key (64 hex digits, or SPKI as base64 or PEM)`);
  return rawPublicKey(publicKey);
}

function parseKey(text: string): KeyObject | undefined {
  try {
    if (/^[0-9a-f]{64}$/.test(text)) return publicKeyOf(text);
    if (text.startsWith('-----')) return createPublicKey(text);
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
