import { dirname, join } from 'node:path';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { z } from 'zod';
import type { Identity } from '../link/port.ts';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, readBytesIfThere, readIfThere, replaceFile } from './files.ts';

/**
 * What a device got when it was provisioned: who it is, and whose releases it trusts. In files of its own, written once, so that a
 * damaged database takes neither.
 */
const identity = z.strictObject({
  tenant: z.string().min(1),
  device: z.string().min(1),
  secret: z.string().min(1).exactOptional(),
  serverUrl: z.url(),
  mqttUrl: z.string().min(1),
  reportPrivateKey: z.base64(),
  /** The class of device that was claimed; not part of the link's identity. */
  target: z.string().min(1),
});
export interface StoredIdentity extends Identity {
  readonly target: string;
}

const IDENTITY_FILE = 'identity.json';
const ROOT_FILE = 'trust/factory-root.json';
const METADATA_FOLDER = 'trust/metadata';
const PENDING_KEY_FILE = 'report-key.pending';

export function readIdentity(folder: string): Outcome<StoredIdentity> {
  const text = readIfThere(join(folder, IDENTITY_FILE));
  if (text === null)
    return refuse('not_found', `${folder} holds no identity: claim one first with "wherry-agent claim"`);
  return parse(text, identity, join(folder, IDENTITY_FILE), 'storage_damaged');
}

export function writeIdentity(folder: string, value: StoredIdentity, effects: Effects): void {
  replaceFile(effects, join(folder, IDENTITY_FILE), JSON.stringify(value));
}

/** The root that the device was set up with: the last resort of its trust. Whether it is one is the updater's to say. */
export function readFactoryRoot(folder: string): Outcome<Uint8Array> {
  const path = join(folder, ROOT_FILE);
  const bytes = readBytesIfThere(path);
  return bytes === null ? refuse('trust_lost', `${path} is missing: claim again with --trust FILE`) : succeed(bytes);
}

export function writeFactoryRoot(folder: string, bytes: Uint8Array, effects: Effects): void {
  const path = join(folder, ROOT_FILE);
  makeFolder(effects, dirname(path));
  replaceFile(effects, path, bytes);
}

/** Where trusted metadata lies beside it. */
export const metadataFolder = (folder: string) => join(folder, METADATA_FOLDER);

/** The private report key of a claim whose answer has not come yet: the same claim is repeated with the same key. */
export function readPendingKey(folder: string): string | null {
  return readIfThere(join(folder, PENDING_KEY_FILE))?.trim() ?? null;
}

export function writePendingKey(folder: string, privateKey: string, effects: Effects): void {
  replaceFile(effects, join(folder, PENDING_KEY_FILE), privateKey);
}

export const pendingKeyPath = (folder: string) => join(folder, PENDING_KEY_FILE);

function parse<T>(
  text: string,
  schema: z.ZodType<T>,
  path: string,
  code: 'storage_damaged' | 'invalid_body',
): Outcome<T> {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return succeed(parsed.data);
    const issue = parsed.error.issues[0];
    return refuse(code, `${path}: ${issue?.path.join('.') || 'content'}: ${issue?.message}`);
  } catch {
    return refuse(code, `${path} is not JSON`);
  }
}
