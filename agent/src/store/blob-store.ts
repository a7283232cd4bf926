import { createHash } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Effects } from '../shell/effects.ts';
import { makeFolder, moveFile, removePath } from './files.ts';

/**
 * Content-addressed files: `blobs/<hex>` is complete and was verified once, `blobs/partial/<hex>` is on its way. Storage may decay,
 * so `verify` reads the bytes again before something is made of them.
 */
export interface BlobStore {
  path(digest: string): string;
  partialPath(digest: string): string;
  has(digest: string): boolean;
  /** Reads the file: false when it is missing or holds other bytes. */
  verify(digest: string, sizeBytes: number): boolean;
  /** Takes a complete, verified, synced partial file. */
  adopt(digest: string): void;
  remove(digest: string): void;
  removePartial(digest: string): void;
  /** Removes all that is not in `kept`, partial files too. Answers how many. */
  collect(kept: ReadonlySet<string>): number;
}

const CHUNK_BYTES = 256 * 1024;

export function createBlobStore(folder: string, effects: Effects): BlobStore {
  const partial = join(folder, 'partial');
  if (!existsSync(partial)) makeFolder(effects, partial);
  const path = (digest: string) => join(folder, hexOf(digest));
  const partialPath = (digest: string) => join(partial, hexOf(digest));
  return {
    path,
    partialPath,
    has: (digest) => existsSync(path(digest)),
    verify: (digest, sizeBytes) => holds(path(digest), digest, sizeBytes),
    adopt: (digest) => moveFile(effects, partialPath(digest), path(digest)),
    remove: (digest) => removePath(effects, path(digest)),
    removePartial: (digest) => removePath(effects, partialPath(digest)),
    collect(kept) {
      const names = new Set([...kept].map(hexOf));
      const stale = [
        ...list(folder)
          .filter((name) => name !== 'partial' && !names.has(name))
          .map((name) => join(folder, name)),
        ...list(partial)
          .filter((name) => !names.has(name))
          .map((name) => join(partial, name)),
      ];
      for (const file of stale) removePath(effects, file);
      return stale.length;
    },
  };
}

/** Digests come from verified documents; the check keeps a path from ever being made of anything else. */
export function hexOf(digest: string): string {
  const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
  if (match?.[1] === undefined) throw new TypeError(`not a digest: ${digest}`);
  return match[1];
}

function holds(path: string, digest: string, sizeBytes: number): boolean {
  // Not through a link: what it leads to may change after this look.
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there?.isFile() || there.size !== sizeBytes) return false;
  return hashFile(path) === digest;
}

/** `sha256:…` of a file, read in pieces. */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const length = readSync(file, chunk);
      if (length === 0) break;
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return `sha256:${hash.digest('hex')}`;
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
