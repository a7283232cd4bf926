import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WherryError } from '@wherry/protocol';
import Sqlite from 'better-sqlite3';

/**
 * One at a time in a folder, of all processes. The lock is an exclusive transaction of SQLite on the file `lock`: the kernel lets go of it
 * when its process ends in whatever way, so none is ever stale, and none runs out under a process that was only stopped for a while.
 */
const LOOK_EVERY_MS = 10;
const WAIT_MS = 30_000;

/** Throws `conflict` when others have the folder for too long. Not to be called inside of itself. */
export async function holdFolder<T>(folder: string, work: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const lock = new Sqlite(join(folder, 'lock'), { timeout: 0 });
  try {
    const endsAtMs = performance.now() + waitMs;
    for (let cause = take(lock); cause !== null; cause = take(lock)) {
      if (performance.now() > endsAtMs)
        throw new WherryError('conflict', `another process is at work in ${folder}: ask again`, { cause });
      await pause(LOOK_EVERY_MS);
    }
    return await work();
  } finally {
    lock.close();
  }
}

/** Null, or the reason why it could not be had just now. */
function take(lock: Sqlite.Database): Error | null {
  try {
    // Nothing is ever written; a rollback journal would only leave files behind.
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return null;
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return error;
    throw error;
  }
}
