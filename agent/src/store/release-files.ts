import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Effects } from '../shell/effects.ts';
import { hexOf } from './blob-store.ts';
import { makeFolder, readBytesIfThere, removePath, replaceFile } from './files.ts';

/** The bytes of releases, by their digest. Whoever reads them holds them against signed metadata again: a disk is an edge. */
export interface ReleaseFiles {
  read(digest: string): Uint8Array | null;
  write(digest: string, bytes: Uint8Array): void;
  collect(kept: ReadonlySet<string>): void;
}

export function createReleaseFiles(folder: string, effects: Effects): ReleaseFiles {
  if (!existsSync(folder)) makeFolder(effects, folder);
  const path = (digest: string) => join(folder, `${hexOf(digest)}.json`);
  return {
    read: (digest) => readBytesIfThere(path(digest)),
    write: (digest, bytes) => replaceFile(effects, path(digest), bytes),
    collect(kept) {
      const names = new Set([...kept].map((digest) => `${hexOf(digest)}.json`));
      for (const name of readdirSync(folder)) if (!names.has(name)) removePath(effects, join(folder, name));
    },
  };
}
