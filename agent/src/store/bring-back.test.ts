import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEffects } from '../shell/effects.ts';
import { openStore, type Store } from './store.ts';

/** A database that a newer agent has written, opened by this one again. */
let folder: string;
let boots = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-bring-back-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(): Store {
  boots += 1;
  return openStore({ folder, boot: String(boots).padStart(32, '0'), effects: createEffects(), nowMs: () => 1_000 });
}

const event = (message: string) =>
  ({ kind: 'report', body: { type: 'event', severity: 'info', name: 'seen', message } }) as never;
const accepted = (generation: number) => ({
  generation,
  digest: `sha256:${generation}`,
  envelope: {
    payloadType: 'application/vnd.wherry.desired.v1+json',
    payload: 'AA==',
    signatures: [{ keyid: '0'.repeat(32), sig: 'AA==' }],
  } as never,
});

/** This agent's last words, and its snapshot. */
function hadWritten(): void {
  const store = open();
  store.transaction('test', () => store.ledger.setDesired(accepted(4)));
  store.ledger.quarantine('sha256:bad', 1, 'health_failed', 1);
  store.outbox.append(event('before'));
  store.kv('app').set('key', Buffer.from('before'));
  store.snapshot.take();
  store.close();
}

function asNewer(sql: string): void {
  const db = new Database(join(folder, 'state.db'));
  db.exec(sql);
  db.pragma('user_version = 99');
  db.close();
}

const LATER = `
  UPDATE desired SET generation = 9;
  UPDATE kv SET value = 'after';
  INSERT INTO outbox (boot, seq, first_seq, at_ms, sort, entry)
    SELECT 'ffffffffffffffffffffffffffffffff', 1, 1, 5, sort, replace(entry, 'before', 'after') FROM outbox;
`;

test('what the newer agent wrote into the tables of this one is kept, and what it added goes', () => {
  hadWritten();
  asNewer(`
    ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE later (id INTEGER PRIMARY KEY, outbox INTEGER REFERENCES outbox (id));
    CREATE INDEX outbox_urgency ON outbox (urgency);
    CREATE VIEW urgent AS SELECT * FROM outbox WHERE urgency > 0;
    CREATE TRIGGER counts AFTER INSERT ON outbox BEGIN INSERT INTO later (id) VALUES (NULL); END;
    ${LATER}`);
  const store = open();
  expect(store.broughtBackFrom).toBe(99);
  expect(store.ledger.desired()?.generation).toBe(9);
  expect(store.ledger.failedAttempt('sha256:bad')).toBe(1);
  expect(Buffer.from(store.kv('app').get('key') ?? []).toString()).toBe('after');
  expect(store.outbox.peek(10).map(({ boot }) => boot.slice(0, 1))).toEqual(['0', 'f']);
  store.outbox.append(event('again'));
  expect(store.outbox.size()).toBe(3);
  store.close();
  const again = open();
  expect(again.broughtBackFrom).toBeNull();
  again.close();
  const db = new Database(join(folder, 'state.db'), { readonly: true });
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'").pluck().all();
  expect(names).not.toContain('later');
  expect(names.some((name) => String(name).includes('newer') || String(name).includes('urgen'))).toBe(false);
  db.close();
});

test('a table that the newer agent made unreadable comes from the snapshot, the others do not', () => {
  hadWritten();
  asNewer(`${LATER} ALTER TABLE kv RENAME COLUMN value TO content;`);
  const store = open();
  expect(Buffer.from(store.kv('app').get('key') ?? []).toString()).toBe('before');
  expect(store.ledger.desired()?.generation).toBe(9);
  store.close();
});

test('without a snapshot such a database is refused, and nothing of it changes', () => {
  hadWritten();
  rmSync(join(folder, 'state.db.before'));
  asNewer(`${LATER} ALTER TABLE kv RENAME COLUMN value TO content;`);
  expect(open).toThrow(expect.objectContaining({ code: 'storage_damaged' }));
  const db = new Database(join(folder, 'state.db'), { readonly: true });
  expect(db.prepare('SELECT generation FROM desired').pluck().get()).toBe(9);
  expect(db.prepare('SELECT content FROM kv').pluck().get()).toBe('after');
  expect(db.pragma('user_version', { simple: true })).toBe(99);
  db.close();
});
