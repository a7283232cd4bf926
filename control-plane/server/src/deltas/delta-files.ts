import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DIGEST_PATTERN } from '@wherry/protocol';
import { syncFolder } from '../files/write-file-durably.ts';

/**
 * Deltas on disk, `deltas/<base>-<blob>`, whole once they have their name. An empty file says that a delta is not worth it. They can
 * all be made again: when there are too many, those made first go.
 */
export interface DeltaFiles {
  path(base: string, digest: string): string;
  /** Null: never made. 0: not worth it. */
  size(base: string, digest: string): number | null;
  add(base: string, digest: string, bytes: Uint8Array): Promise<void>;
  /** A file that is gone or unreadable. */
  forget(base: string, digest: string): void;
}

export interface DeltaBounds {
  readonly files: number;
  readonly bytes: number;
}

export async function openDeltaFiles(folder: string, bounds: DeltaBounds): Promise<DeltaFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sizes = await readSizes(folder);
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);

  function drop(name: string): void {
    total -= sizes.get(name) ?? 0;
    sizes.delete(name);
  }

  return {
    path: (base, digest) => join(folder, nameOf(base, digest)),
    size: (base, digest) => sizes.get(nameOf(base, digest)) ?? null,
    async add(base, digest, bytes) {
      const name = nameOf(base, digest);
      const temporary = join(folder, `${name}${UNFINISHED}`);
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, join(folder, name));
      await syncFolder(folder);
      drop(name);
      sizes.set(name, bytes.length);
      total += bytes.length;
      for (const oldest of sizes.keys()) {
        if (sizes.size <= bounds.files && total <= bounds.bytes) break;
        drop(oldest);
        await rm(join(folder, oldest), { force: true });
      }
    },
    forget: (base, digest) => drop(nameOf(base, digest)),
  };
}

const UNFINISHED = '.new';

/** Sizes by name, in the order in which they were made; what was left unfinished is removed. */
async function readSizes(folder: string): Promise<Map<string, number>> {
  const found: { name: string; size: number; atMs: number }[] = [];
  for (const name of await readdir(folder)) {
    if (name.endsWith(UNFINISHED)) await rm(join(folder, name), { force: true });
    else {
      const { size, mtimeMs } = await stat(join(folder, name));
      found.push({ name, size, atMs: mtimeMs });
    }
  }
  return new Map(found.toSorted((a, b) => a.atMs - b.atMs).map(({ name, size }) => [name, size]));
}

/** The only way from digests to a file name; what is no digest must never become a path. */
function nameOf(base: string, digest: string): string {
  for (const text of [base, digest])
    if (!DIGEST_PATTERN.test(text)) throw new TypeError(`${JSON.stringify(text)} is no digest`);
  return `${base.replace('sha256:', '')}-${digest.replace('sha256:', '')}`;
}
