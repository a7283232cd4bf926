import type { Database } from 'better-sqlite3';
import type { Effects } from '../shell/effects.ts';
import { bringBack } from './bring-back.ts';

/**
 * Entry n brings a database from version n to n + 1. An entry that was released never changes, and entries only add tables and
 * columns: an older agent that is put back takes over the rows of the columns that it knows (bring-back.ts).
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE desired (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,
    digest TEXT NOT NULL,
    envelope TEXT NOT NULL
  );
  CREATE TABLE deployments (
    app TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    transitions INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE quarantine (
    release TEXT PRIMARY KEY,
    attempt INTEGER NOT NULL,
    code TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE kv (app TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (app, key)) WITHOUT ROWID;
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    boot TEXT NOT NULL,
    seq INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    sort TEXT NOT NULL,
    entry TEXT NOT NULL,
    UNIQUE (boot, seq)
  );
  `,
  `
  CREATE TABLE link_usage (
    month TEXT NOT NULL,
    link TEXT NOT NULL,
    purpose TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (month, link, purpose)
  ) WITHOUT ROWID;
  `,
];

/** Answers the version of a newer agent's database that was brought back. Code: storage_damaged, when that cannot be done. */
export function migrate(db: Database, effects: Effects, snapshot: string): number | null {
  const from = Number(db.pragma('user_version', { simple: true }));
  if (from > MIGRATIONS.length) {
    effects.run('db.bringBack', () => bringBack(db, MIGRATIONS, snapshot));
    return from;
  }
  for (const [at, sql] of MIGRATIONS.entries()) {
    if (at < from) continue;
    effects.run('db.migrate', () =>
      db
        .transaction(() => {
          db.exec(sql);
          db.pragma(`user_version = ${at + 1}`);
        })
        .immediate(),
    );
  }
  return null;
}
