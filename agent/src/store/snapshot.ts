import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Effects } from '../shell/effects.ts';
import { moveFile, removePath } from './files.ts';

/**
 * A whole copy of the database as it was before another version of the agent got at it. It is only asked when that version is put back
 * and left a table in which the older one does not find its columns.
 */
export interface Snapshot {
  take(): void;
  drop(): void;
}

export const SNAPSHOT_FILE = 'state.db.before';

export function createSnapshot(db: Database, folder: string, effects: Effects): Snapshot {
  const path = join(folder, SNAPSHOT_FILE);
  return {
    take() {
      const temporary = `${path}.new`;
      rmSync(temporary, { force: true });
      effects.run('db.snapshot', () => db.prepare('VACUUM INTO ?').run(temporary));
      effects.run('file.sync', () => syncFile(temporary));
      moveFile(effects, temporary, path);
    },
    drop: () => removePath(effects, path),
  };
}

/** SQLite does not sync what VACUUM INTO writes. */
function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
