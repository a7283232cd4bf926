import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rootDocument } from '@wherry/protocol';
import { z } from 'zod';
import { writePrivateFile } from '../connection/private-file.ts';
import { refused } from '../failure.ts';
import { jsonOf } from '../json-of.ts';
import type { KnownRepository } from './verify-served.ts';

/**
 * What a machine knows of a repository, beside its keys: a folder for each control plane by its place, a file for each tenant there. The
 * place is what a person asked for, so that nobody who answers there can choose which of them counts.
 */
const FOLDER = 'repositories';
/** Of changes that are signed without a control plane. */
export const OFFLINE = 'offline';

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

export function knownPlace(keys: string, origin: string, tenant: string): KnownPlace {
  const host = origin === OFFLINE ? OFFLINE : new URL(origin).host.replace(/[^a-z0-9.-]/g, '_');
  return { file: join(keys, FOLDER, host, `${tenant}.json`), tenant };
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

/** What is known of a tenant at any place. */
export async function knownOf(keys: string, tenant: string): Promise<KnownRepository[]> {
  const hosts = await readdir(join(keys, FOLDER)).catch(() => [] as string[]);
  const all = await Promise.all(
    hosts.map((host) => readKnown({ file: join(keys, FOLDER, host, `${tenant}.json`), tenant })),
  );
  return all.filter((known) => known !== null);
}

/** Tenants that were seen at the same place, but this one. */
export async function othersKnown({ file, tenant }: KnownPlace): Promise<string[]> {
  const names = await readdir(dirname(file)).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((name) => name !== tenant);
}

/** Code: unavailable. Without it the next command would believe anything once more. */
export async function writeKnown({ file }: KnownPlace, { roots, versions, apps }: KnownRepository): Promise<void> {
  const content = { kind: 'wherry-known-repository', roots, versions, apps };
  await writePrivateFile(file, `${JSON.stringify(content, null, 1)}\n`);
}
