import { LIMITS } from '@wherry/protocol';
import type { Database } from 'better-sqlite3';
import type { HostServices } from '../runtimes/port.ts';
import type { Effects } from '../shell/effects.ts';
import { transact } from './database.ts';

/** Key-value store of a guest, kept over updates and restarts, bounded per app. */
export function createGuestKv(db: Database, effects: Effects, app: string): HostServices['kv'] {
  const get = db.prepare<[string, string], { value: Uint8Array }>('SELECT value FROM kv WHERE app = ? AND key = ?');
  const total = db.prepare<[string, string], { bytes: number }>(
    'SELECT coalesce(sum(length(CAST(key AS BLOB)) + length(value)), 0) AS bytes FROM kv WHERE app = ? AND key <> ?',
  );
  const put = db.prepare(
    'INSERT INTO kv (app, key, value) VALUES (?, ?, ?) ON CONFLICT (app, key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM kv WHERE app = ? AND key = ?');
  return {
    get: (key) => get.get(app, key)?.value ?? null,
    set: (key, value) =>
      transact(db, effects, 'kv', () => {
        const others = total.get(app, key)?.bytes ?? 0;
        if (others + Buffer.byteLength(key) + value.byteLength > LIMITS.kvTotalBytes) return false;
        put.run(app, key, value);
        return true;
      }),
    delete: (key) => transact(db, effects, 'kv', () => void remove.run(app, key)),
  };
}
