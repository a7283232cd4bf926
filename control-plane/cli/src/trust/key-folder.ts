import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { trustKeyFile } from '@wherry/protocol';
import { settingsFile } from '../connection/settings.ts';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { openSealedKey, type SealedKey, sealKey } from './sealed-key.ts';
import { rawPublicKey } from './tuf-keys.ts';

/** The keys of a person on a machine: a file for each, `NAME.key`, for its owner only. Its public half is readable without a passphrase. */
export interface KeyFile {
  readonly name: string;
  readonly path: string;
  readonly publicHex: string;
  readonly isSealed: boolean;
  /** Null: the passphrase is wrong. */
  open(passphrase: string): KeyObject | null;
}

export function keyFolder(shell: Shell, option: string | undefined): string {
  const chosen = option ?? shell.env.WHERRY_KEYS;
  return chosen ? resolve(shell.folder, chosen) : join(dirname(settingsFile(shell.env)), 'keys');
}

export async function listKeyFiles(folder: string): Promise<KeyFile[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const files = names.filter((name) => name.endsWith('.key')).sort();
  return await Promise.all(files.map((name) => readKeyFile(join(folder, name))));
}

/** A key of ours, or a private key as PEM. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused('not_found', `read the key ${path}: ${error.message}`);
  });
  const name = basename(path).replace(/\.(key|pem)$/, '');
  const pem = content.includes('PRIVATE KEY') ? parsed(() => createPrivateKey(content)) : undefined;
  if (pem?.asymmetricKeyType === 'ed25519')
    return { name, path, publicHex: rawPublicKey(createPublicKey(pem)), isSealed: false, open: () => pem };
  const read = trustKeyFile.safeParse(parsed(() => JSON.parse(content)));
  if (!read.success || (read.data.sealed === undefined) === (read.data.plain === undefined))
    throw refused('signature_missing', `${path} is not a key: make one with "wherry trust key new NAME"`);
  const { public: publicHex, sealed, plain } = read.data;
  const open = (passphrase: string): KeyObject | null => {
    const key = sealed ? openSealedKey(sealed as SealedKey, passphrase, publicHex) : plainKey(plain as string);
    return key && rawPublicKey(createPublicKey(key)) === publicHex ? key : null;
  };
  return { name, path, publicHex, isSealed: sealed !== undefined, open };
}

/** An empty passphrase leaves it unencrypted. Codes: already_exists, unavailable. */
export async function makeKeyFile(folder: string, name: string, passphrase: string): Promise<KeyFile> {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
    throw refused('invalid_query', `${name} cannot be the name of a key: use a-z, 0-9, "-" and "_"`);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicHex = rawPublicKey(publicKey);
  const secret =
    passphrase === ''
      ? { plain: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') }
      : { sealed: sealKey(privateKey, passphrase, publicHex) };
  const path = join(folder, `${name}.key`);
  const content = `${JSON.stringify({ kind: 'wherry-key', public: publicHex, ...secret }, null, 2)}\n`;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw refused('unavailable', `make ${folder}: ${error.message}`);
  });
  await writeFile(path, content, { mode: 0o600, flag: 'wx', flush: true }).catch((error: NodeJS.ErrnoException) => {
    throw refused(error.code === 'EEXIST' ? 'already_exists' : 'unavailable', `write ${path}: ${error.message}`);
  });
  return await readKeyFile(path);
}

function plainKey(base64: string): KeyObject | null {
  return parsed(() => createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })) ?? null;
}

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
