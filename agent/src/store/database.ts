import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import type { Effects } from '../shell/effects.ts';
import { migrate } from './migrations.ts';
import { SNAPSHOT_FILE } from './snapshot.ts';

/**
 * The agent's SQLite database. A commit is on the disk when it returns (`synchronous=FULL`). A file that SQLite cannot trust is set
 * aside and a new one begun: what matters most (identity, signed documents, blobs) lies in files beside it.
 */
export const DATABASE_FILE = 'state.db';

export interface Opened {
  readonly db: Database;
  /** Where the damaged file was put, if there was one. */
  readonly setAside: string | null;
  /** It holds nothing yet: the first start in this folder, or the file was damaged, or lost. */
  readonly isNew: boolean;
  /** The version that a newer agent had brought it to; null: this agent or an older one wrote it. */
  readonly broughtBackFrom: number | null;
}

export function openDatabase(folder: string, effects: Effects, nowMs: number): Opened {
  const path = join(folder, DATABASE_FILE);
  const sound = tryOpen(path, effects);
  if (sound !== null) return { ...sound, setAside: null };
  const setAside = effects.run('db.setAside', () => moveAway(folder, path, nowMs));
  const fresh = tryOpen(path, effects);
  if (fresh === null) throw new Error(`${path} is damaged again right after it was made: the disk is failing`);
  return { ...fresh, setAside };
}

/** One atomic, numbered write. */
export function transact<T>(db: Database, effects: Effects, name: string, action: () => T): T {
  if (db.inTransaction) return action();
  return effects.run(`db.${name}`, () => db.transaction(action).immediate());
}

function tryOpen(path: string, effects: Effects): Omit<Opened, 'setAside'> | null {
  let db: Database | null = null;
  try {
    db = effects.run('db.open', () => new SqliteDatabase(path));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damaged();
    const isNew = Number(db.pragma('user_version', { simple: true })) === 0;
    const broughtBackFrom = migrate(db, effects, join(dirname(path), SNAPSHOT_FILE));
    return { db, isNew, broughtBackFrom };
  } catch (error) {
    db?.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

function damaged(): Error {
  return Object.assign(new Error('quick_check found damage'), { code: 'SQLITE_CORRUPT' });
}

function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '');
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** Keeps the newest damaged file only, so that a failing disk is not filled with them. */
function moveAway(folder: string, path: string, nowMs: number): string {
  for (const name of readdirSync(folder))
    if (name.startsWith(`${DATABASE_FILE}.damaged-`)) rmSync(join(folder, name), { force: true });
  const away = `${path}.damaged-${nowMs}`;
  renameSync(path, away);
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, away + suffix);
  return away;
}
