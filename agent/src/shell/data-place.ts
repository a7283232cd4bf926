import {
  accessSync,
  closeSync,
  constants,
  cpSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, WherryError } from '@wherry/protocol';
import { type FolderLock, lockFolder } from '../store/lock.ts';
import { digestOf } from '../trust/payload.ts';
import type { Effects } from './effects.ts';

/**
 * Where the agent keeps its state. A data folder that takes nothing, because the disk is full or was made read-only by a kernel that
 * found it failing, is no reason to stop what runs: the agent then works on a copy in memory. Nothing that it would have to remember
 * is taken in there (no desired state), so that a restart forgets nothing but reports.
 */
export interface DataPlace {
  readonly folder: string;
  readonly lock: FolderLock;
  /** Why it is a copy; null: it is the data folder itself. */
  readonly trouble: Problem | null;
  release(): void;
}

/** What starting and a few transactions need. */
const PROBE_BYTES = 128 * 1024;
const MAKESHIFT_PARENTS = ['/run', tmpdir(), '/dev/shm'];
const NOT_COPIED = /(^|\/)(lock|agent\/versions(\/.*)?|state\.db-shm|probe|state\.db\.damaged-[^/]*|partial\/[^/]+)$/;
/** Left free for what else lives in memory. */
const SPARE_SHARE = 0.5;

/** Codes: conflict (another agent runs on it); storage_read_only, disk_full when not even a copy finds a place. */
export function openDataPlace(folder: string, effects: Effects, parents = MAKESHIFT_PARENTS): DataPlace {
  const trouble = troubleOf(folder, effects);
  if (trouble === null) {
    const lock = lockFolder(folder);
    return { folder, lock, trouble, release: () => lock.release() };
  }
  const bytes = sizeOf(folder);
  const parent = parents.find((candidate) => canHold(candidate, bytes));
  if (parent === undefined)
    throw new WherryError(
      trouble.code,
      `${trouble.message}; and ${bytes} bytes find no place in ${parents.join(', ')}`,
    );
  const copy = join(parent, `wherry-makeshift-${digestOf(Buffer.from(folder)).slice(-16)}`);
  mkdirSync(copy, { recursive: true, mode: 0o700 });
  const lock = lockFolder(copy);
  for (const name of readdirSync(copy)) if (name !== 'lock') rmSync(join(copy, name), { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true, filter: (from) => !NOT_COPIED.test(from) });
  return {
    folder: copy,
    lock,
    trouble,
    release() {
      lock.release();
      rmSync(copy, { recursive: true, force: true });
    },
  };
}

/** Null: what is written there stays. Asked twice before it is believed: a moment's trouble is met where it happens. */
export function troubleOf(folder: string, effects: Effects): Problem | null {
  return tryToWrite(folder, effects) === null ? null : tryToWrite(folder, effects);
}

function tryToWrite(folder: string, effects: Effects): Problem | null {
  const path = join(folder, 'probe');
  try {
    effects.run('folder.probe', () => writeProbe(folder, path));
    return null;
  } catch (error) {
    rmQuietly(path);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return { code: 'disk_full', message: `${folder} is full: what ran goes on; free some space` };
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code === 'EIO')
      return {
        code: 'storage_read_only',
        message: `${folder} cannot be written (${code}): what ran goes on; look at the disk, and at the kernel's log`,
      };
    throw error;
  }
}

function writeProbe(folder: string, path: string): void {
  accessSync(folder, constants.W_OK);
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, Buffer.alloc(PROBE_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  rmSync(path);
}

/** Calls back, once, when a folder that took nothing takes something again. Answers the way to stop looking. */
export function whenWritable(folder: string, effects: Effects, onWritable: () => void, everyMs = 60_000): () => void {
  const timer = setInterval(() => {
    if (troubleOf(folder, effects) !== null) return;
    clearInterval(timer);
    onWritable();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

function rmQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is read-only: there is nothing to remove.
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() && !NOT_COPIED.test(path) ? sum + statSync(path).size : sum;
  }, 0);
}

function canHold(folder: string, bytes: number): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize * SPARE_SHARE > bytes;
  } catch {
    return false;
  }
}
