import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RootDocument, rootDocument, tufSignedBytes } from '@wherry/protocol';
import { z } from 'zod';
import { writePrivateFile } from '../connection/private-file.ts';
import { refused } from '../failure.ts';
import { jsonOf } from '../json-of.ts';
import type { KnownRepository } from './verify-served.ts';

/**
 * What a machine knows of a repository, beside its keys: a folder for each control plane by its place, a file for each tenant there. The
 * place is what a person asked for, so that nobody who answers there can choose which of them counts. A change that is signed without a
 * control plane has no place: one folder holds what is known of those, a file for each repository, found by its roots (lineage.ts).
 */
const FOLDER = 'repositories';
const OFFLINE = 'offline';
/** Of one tenant, in the folder of those without a place. */
export const OFFLINE_MAX = 64;

const knownFile = z.strictObject({
  kind: z.literal('wherry-known-repository'),
  roots: z.array(rootDocument).min(1),
  versions: z.record(z.string(), z.int().min(0)),
  apps: z
    .record(z.string(), z.strictObject({ counter: z.int().min(0), releases: z.record(z.string(), z.string()) }))
    .default({}),
});

export interface KnownPlace {
  readonly file: string;
  readonly tenant: string;
}

export interface KnownRecord extends KnownRepository {
  readonly place: KnownPlace;
  /** It is learnt from changes alone. */
  readonly isOffline: boolean;
}

export function knownPlace(keys: string, origin: string, tenant: string): KnownPlace {
  const host = new URL(origin).host.replace(/[^a-z0-9.-]/g, '_');
  return { file: join(keys, FOLDER, host, `${tenant}.json`), tenant };
}

/** Of a repository whose first root here is this one. A file of the tenant's name alone is read on as one of them. */
export function offlinePlace(keys: string, tenant: string, { signed }: RootDocument): KnownPlace {
  const digest = createHash('sha256').update(tufSignedBytes(signed)).digest('hex');
  return { file: join(keys, FOLDER, OFFLINE, `${tenant}.${digest.slice(0, 16)}.json`), tenant };
}

/** Null: it was never seen. Code: trust_lost, for a file that cannot be read. */
export async function readKnown({ file }: KnownPlace): Promise<KnownRepository | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw refused('trust_lost', `read ${file}: ${error.message}`);
  });
  if (text === null) return null;
  const read = knownFile.safeParse(jsonOf(text));
  if (!read.success)
    throw refused('trust_lost', `${file} is damaged: remove it, and give your root with --trust root.json`);
  return read.data;
}

/** What is known of repositories of a tenant's name, with and without a place. Code: trust_lost. */
export async function knownOf(keys: string, tenant: string): Promise<KnownRecord[]> {
  const records: KnownRecord[] = [];
  for (const host of await namesIn(join(keys, FOLDER)))
    for (const name of await namesIn(join(keys, FOLDER, host))) {
      // No name of a tenant has a dot.
      if (!name.startsWith(`${tenant}.`) || !name.endsWith('.json')) continue;
      const place = { file: join(keys, FOLDER, host, name), tenant };
      const known = await readKnown(place);
      if (known) records.push({ ...known, place, isOffline: host === OFFLINE });
    }
  return records;
}

/** Tenants that were seen at the same place, but this one. */
export async function othersKnown({ file, tenant }: KnownPlace): Promise<string[]> {
  return (await namesIn(dirname(file)))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((name) => name !== tenant);
}

/** A folder that is there and cannot be read is not an empty one. */
async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw refused('trust_lost', `read ${folder}: ${error.message}`);
  });
}

/** Code: unavailable. Without it the next command would believe anything once more. */
export async function writeKnown({ file }: KnownPlace, { roots, versions, apps }: KnownRepository): Promise<void> {
  const content = { kind: 'wherry-known-repository', roots, versions, apps };
  await writePrivateFile(file, `${JSON.stringify(content, null, 1)}\n`);
}
