import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Effects } from '../shell/effects.ts';

/**
 * A file is replaced as a whole or not at all: temporary, write all, fsync, rename, fsync of the folder (DESIGN "Durability").
 * A failed fsync is never taken as done: it throws, and the agent starts over from what is on disk.
 */
export function replaceFile(effects: Effects, path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.new`;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  writeSynced(effects, temporary, bytes, mode);
  moveFile(effects, temporary, path);
}

/** All of a file that nobody reads yet, synced. What a crash left in its place goes. */
export function writeSynced(effects: Effects, path: string, bytes: Uint8Array, mode = 0o600): void {
  const file = effects.run('file.create', () => {
    rmSync(path, { force: true });
    return openSync(path, 'wx', mode);
  });
  try {
    effects.run('file.write', () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    });
    effects.run('file.sync', () => fsyncSync(file));
  } finally {
    closeSync(file);
  }
}

/** Renames within one file system, durably. */
export function moveFile(effects: Effects, from: string, to: string): void {
  effects.run('file.rename', () => renameSync(from, to));
  effects.run('folder.sync', () => syncFolder(dirname(to)));
}

export function makeFolder(effects: Effects, path: string): void {
  effects.run('folder.make', () => mkdirSync(path, { recursive: true, mode: 0o700 }));
}

export function removePath(effects: Effects, path: string): void {
  effects.run('file.remove', () => rmSync(path, { force: true, recursive: true }));
}

/** Null when there is no such file. */
export function readIfThere(path: string): string | null {
  return readBytesIfThere(path)?.toString('utf8') ?? null;
}

export function readBytesIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
