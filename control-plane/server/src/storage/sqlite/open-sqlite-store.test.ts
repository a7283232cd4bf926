import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { storeContract } from '../contract.ts';
import { openSqliteStore } from './open-sqlite-store.ts';

storeContract('sqlite in memory', () => openSqliteStore(':memory:'));

let folder: string | undefined;
afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
});

test('a file is opened again with what was in it, and migrated once', async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-store-'));
  const path = join(folder, 'wherry.db');
  const first = await openSqliteStore(path);
  await first.settings.keep('name', 'kept');
  await first.close();
  const second = await openSqliteStore(path);
  expect(await second.settings.get('name')).toBe('kept');
  await second.close();
});

test('the journal is a WAL, so that a reader beside the server does not stop it', async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-store-'));
  const path = join(folder, 'wherry.db');
  const store = await openSqliteStore(path);
  const reader = new Sqlite(path, { readonly: true });
  expect(reader.pragma('journal_mode', { simple: true })).toBe('wal');
  reader.close();
  await store.close();
});
