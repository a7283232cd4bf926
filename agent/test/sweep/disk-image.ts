import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** All files of a data folder as they lie on the disk at one instant, in memory: what a power cut at this instant leaves. */
export type DiskImage = ReadonlyMap<string, Buffer>;

/** The lock is the kernel's, and SQLite makes its shared memory anew from the log. */
const NOT_ON_DISK: ReadonlySet<string> = new Set(['lock', 'state.db-shm']);

export function readImage(folder: string): DiskImage {
  const image = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isDirectory()) image.set(`${name}/`, Buffer.alloc(0));
    else if (!NOT_ON_DISK.has(name)) image.set(name, readFileSync(path));
  }
  return image;
}

export function writeImage(image: DiskImage, folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, bytes] of image) {
    if (name.endsWith('/')) mkdirSync(join(folder, name), { recursive: true });
    else {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
  }
  return folder;
}

/** One image with one file as given; null: without it. */
export function withFile(image: DiskImage, name: string, bytes: Buffer | null): DiskImage {
  const next = new Map(image);
  if (bytes === null) next.delete(name);
  else next.set(name, bytes);
  return next;
}

/** Files that one write has changed. */
export function changedFiles(before: DiskImage, after: DiskImage): readonly string[] {
  return [...after.keys()].filter(
    (name) => !name.endsWith('/') && !before.get(name)?.equals(after.get(name) as Buffer),
  );
}

/**
 * The write between the two images, cut at a share of its bytes: what was appended is there in part, what was overwritten is new up
 * to the cut and old behind it.
 */
export function tear(before: DiskImage, after: DiskImage, name: string, share: number): DiskImage {
  const [old, now] = [before.get(name) ?? Buffer.alloc(0), after.get(name) ?? Buffer.alloc(0)];
  let from = 0;
  while (from < Math.min(old.length, now.length) && old[from] === now[from]) from += 1;
  const cut = from + Math.floor((now.length - from) * share);
  return withFile(after, name, Buffer.concat([now.subarray(0, cut), old.subarray(cut)]));
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
