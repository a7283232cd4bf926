import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WherryError } from '@wherry/protocol';
import Database from 'better-sqlite3';

/**
 * One agent per data folder. The lock is an exclusive transaction of SQLite, held for the life of the process: the kernel lets go of
 * it when the process ends in whatever way, so there is no stale lock after a power cut.
 */
export interface FolderLock {
  release(): void;
}

/** Throws `conflict` when another agent holds it. */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  const db = new Database(path, { timeout: 1_000 });
  try {
    // Nothing is ever written; a rollback journal would only leave files behind.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    const code = String((error as { code?: unknown }).code);
    if (!code.startsWith('SQLITE_BUSY')) throw error;
    throw new WherryError('conflict', `another agent runs on ${folder}: stop it, or use another --data folder`, {
      cause: error,
    });
  }
  return { release: () => db.close() };
}

/** Looks only: a reader's moment of sharing does not keep an agent from starting. */
export function isFolderLocked(folder: string): boolean {
  const path = join(folder, 'lock');
  if (!existsSync(path)) return false;
  const db = new Database(path, { timeout: 0, readonly: true });
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    db.close();
  }
}
