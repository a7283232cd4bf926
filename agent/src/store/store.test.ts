import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, WherryError } from '@wherry/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { step } from '../core/lifecycle/step.ts';
import { deploymentIn, ENV } from '../core/lifecycle/testing/states.ts';
import { createEffects } from '../shell/effects.ts';
import { digestOf } from '../trust/payload.ts';
import { isFolderLocked, lockFolder } from './lock.ts';
import { openStore } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openStore({ folder, boot: 'a'.repeat(32), effects: createEffects(), nowMs: () => 5 });

test('what a lifecycle makes is read back as it was', () => {
  const store = open();
  const probing = deploymentIn('probing');
  const soaked = { ...ENV, uptimeMs: ENV.uptimeMs + 60_000 };
  const { state } = step(probing, { type: 'probe_passed', ticket: probing.run.ticket }, soaked);
  expect(state?.record.phase).toBe('healthy');
  for (const record of [probing.record, state?.record])
    if (record !== undefined) {
      store.ledger.saveRecord(record);
      expect(store.ledger.records()).toEqual({ records: [record], damaged: [] });
    }
  store.close();
});

test('a record that is not one is named as damaged', () => {
  const store = open();
  const db = new Database(join(folder, 'state.db'));
  db.prepare('INSERT INTO deployments VALUES (?, ?, 0)').run('thermostat', '{"phase":"happy"}');
  db.close();
  expect(store.ledger.records()).toEqual({ records: [], damaged: ['thermostat'] });
  store.close();
});

test('the highest failed attempt stays', () => {
  const store = open();
  store.ledger.quarantine('r', 3, 'health_failed', 1);
  store.ledger.quarantine('r', 2, 'crash_loop', 2);
  expect([store.ledger.failedAttempt('r'), store.ledger.failedAttempt('other')]).toEqual([3, null]);
  store.close();
});

test("a guest's store is its own, bounded, and goes with the app", () => {
  const store = open();
  const kv = store.kv('thermostat');
  const half = new Uint8Array(LIMITS.kvTotalBytes / 2);
  expect([kv.set('a', half), kv.set('b', half), kv.set('a', new Uint8Array([7]))]).toEqual([true, false, true]);
  expect(kv.get('a')).toEqual(Buffer.from([7]));
  expect(store.kv('other').get('a')).toBeNull();
  store.ledger.forget('thermostat');
  expect(kv.get('a')).toBeNull();
  store.close();
});

test('a blob is what its digest says, or it is not there', () => {
  const { blobs, close } = open();
  const bytes = Buffer.from('module');
  const digest = digestOf(bytes);
  expect(blobs.verify(digest, bytes.length)).toBe(false);
  writeFileSync(blobs.partialPath(digest), bytes);
  blobs.adopt(digest);
  expect(blobs.verify(digest, bytes.length)).toBe(true);
  writeFileSync(blobs.path(digest), 'modulE');
  expect(blobs.verify(digest, bytes.length)).toBe(false);
  expect(blobs.collect(new Set())).toBe(1);
  expect(existsSync(blobs.path(digest))).toBe(false);
  expect(() => blobs.path('sha256:../../etc/passwd')).toThrow(TypeError);
  close();
});

test('a database that is not one is set aside and begun anew; only the newest damaged one is kept', () => {
  for (const size of [10_000, 20_000]) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `state.db${suffix}`), { force: true });
    writeFileSync(join(folder, 'state.db'), Buffer.alloc(size, 0x5a));
    const store = open();
    expect(store.setAside).not.toBeNull();
    expect(store.ledger.records()).toEqual({ records: [], damaged: [] });
    store.close();
  }
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toHaveLength(1);
});

test('a folder of a newer agent whose tables cannot be read is refused and left as it is', () => {
  open().close();
  const db = new Database(join(folder, 'state.db'));
  db.exec('ALTER TABLE outbox DROP COLUMN entry');
  db.pragma('user_version = 99');
  db.close();
  expect(open).toThrow(WherryError);
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
});

test('a folder has one agent at a time', () => {
  expect(isFolderLocked(folder)).toBe(false);
  const lock = lockFolder(folder);
  expect(isFolderLocked(folder)).toBe(true);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'conflict' }));
  lock.release();
  expect(isFolderLocked(folder)).toBe(false);
  lockFolder(folder).release();
});
