import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutboxBody } from '../link/port.ts';
import { createEffects } from '../shell/effects.ts';
import { openStore, type Store } from './store.ts';

const BOOTS = ['a', 'b'].map((letter) => letter.repeat(32));
let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-store-'));
  store = open(0, 40);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(boot: number, outboxRows: number): Store {
  return openStore({ folder, boot: BOOTS[boot] ?? '', effects: createEffects(), nowMs: () => 5, outboxRows });
}

const event = (message: string): OutboxBody => ({
  kind: 'report',
  body: { type: 'event', severity: 'info', name: 'test', message },
});
const usage = (atMs: number): OutboxBody => ({
  kind: 'usage',
  sample: {
    fromMs: atMs,
    toMs: atMs + 1,
    workloads: [
      {
        app: 'thermostat' as never,
        release: `sha256:${'a'.repeat(64)}` as never,
        source: 'proc',
        isolation: 'process',
        cpuMs: 1,
        memoryBytes: atMs,
        calls: 2,
        errors: 0,
        limitsHit: 0,
      },
    ],
  },
});

/** Every number from 1 to the last is covered by exactly one row. */
function coverage(boot: string) {
  const rows = store.outbox.peek(1_000).filter((row) => row.boot === boot);
  return rows.flatMap((row) => Array.from({ length: row.seq - row.firstSeq + 1 }, (_, at) => row.firstSeq + at));
}

test('rows are read oldest first, over restarts, until they are acknowledged', () => {
  store.outbox.append(event('one'));
  store.outbox.append(event('two'));
  store.close();
  store = open(1, 40);
  store.outbox.append(event('three'));
  const numbers = () => store.outbox.peek(10).map(({ boot, seq }) => [boot[0], seq]);
  expect(numbers()).toEqual([
    ['a', 1],
    ['a', 2],
    ['b', 1],
  ]);
  expect(store.outbox.peek(10, { boot: BOOTS[0] ?? '', seq: 1 }).map(({ seq }) => seq)).toEqual([2, 1]);
  store.outbox.acknowledge(BOOTS[0] ?? '', 1);
  expect(numbers()).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  store.outbox.acknowledge(BOOTS[0] ?? '', 7);
  expect(numbers()).toEqual([['b', 1]]);
  expect(store.outbox.size()).toBe(1);
});

test('a transaction that fails takes no numbers', () => {
  expect(() =>
    store.transaction('test', () => {
      store.outbox.append(event('lost'));
      throw new Error('the disk is full');
    }),
  ).toThrow('the disk is full');
  store.outbox.append(event('kept'));
  expect(store.outbox.peek(10).map(({ seq, entry }) => [seq, entry])).toEqual([[1, event('kept')]]);
});

test('when it is full, samples are merged: no number is missing, no count is lost, events stay', () => {
  store.outbox.append(event('first'));
  for (let at = 0; at < 200; at += 1) store.outbox.append(at % 10 === 9 ? event(`event ${at}`) : usage(at));
  expect(store.outbox.size()).toBeLessThanOrEqual(40);
  expect(coverage(BOOTS[0] ?? '')).toEqual(Array.from({ length: 201 }, (_, at) => at + 1));
  const rows = store.outbox.peek(1_000);
  expect(rows.filter(({ entry }) => entry.kind === 'report')).toHaveLength(21);
  const calls = rows.flatMap(({ entry }) => (entry.kind === 'usage' ? entry.sample.workloads.map((w) => w.calls) : []));
  expect(calls.reduce((sum, n) => sum + n, 0)).toBe(180 * 2);
});

test('events go last, oldest first, and how many went is told', () => {
  for (let at = 0; at < 500; at += 1) store.outbox.append(event(`event ${at}`));
  expect(store.outbox.size()).toBeLessThanOrEqual(41);
  expect(coverage(BOOTS[0] ?? '')).toHaveLength(store.outbox.peek(1_000).at(-1)?.seq ?? 0);
  const told = store.outbox.peek(1_000).map(({ entry }) => (entry.kind === 'report' ? entry.body : null));
  const dropped = told.reduce((sum, body) => sum + (body?.type === 'dropped' ? body.count : 0), 0);
  const left = told.filter((body) => body?.type === 'event').length;
  expect(dropped + left).toBe(500);
});

test('a row that may be on its way is never changed', () => {
  for (let at = 0; at < 20; at += 1) store.outbox.append(usage(at));
  const sent = store.outbox.peek(10);
  for (let at = 20; at < 200; at += 1) store.outbox.append(usage(at));
  expect(store.outbox.peek(10)).toEqual(sent);
});

test.each([
  ['broken JSON', '{"kind":"report","bo'],
  ['another kind of value', 'null'],
  ['no content', '{"kind":"usage"}'],
])('a row with %s is set aside, told as dropped, and holds up nothing', (_, entry) => {
  store.outbox.append(event('one'));
  store.outbox.append(event('two'));
  store.close();
  damage(entry);
  store = open(0, 40);
  const read = () => store.outbox.peek(10).map(({ seq, entry: { kind, ...rest } }) => [seq, kind, rest]);
  const lost = { body: { type: 'dropped', count: 1, what: 'event' } };
  expect(read()).toEqual([
    [1, 'report', lost],
    [2, 'report', { body: expect.objectContaining({ message: 'two' }) }],
  ]);
  expect(store.outbox.damagedRows()).toBe(1);
  expect(read()).toHaveLength(2);
  expect(store.outbox.damagedRows()).toBe(1);
  store.outbox.acknowledge(BOOTS[0] ?? '', 1);
  expect(store.outbox.size()).toBe(1);
});

test('a damaged row does not keep a full outbox from making room', () => {
  for (let at = 0; at < 40; at += 1) store.outbox.append(usage(at));
  store.close();
  damage('{');
  store = open(1, 40);
  for (let at = 0; at < 60; at += 1) store.outbox.append(usage(at));
  expect(store.outbox.size()).toBeLessThanOrEqual(41);
});

test('an acknowledgement that the disk does not take leaves the rows, and the next one takes them', () => {
  store.outbox.append(event('one'));
  store.close();
  const full = { crashAt: 0, failureOf: (_: number, name: string) => (name === 'db.acknowledge' ? 'ENOSPC' : null) };
  store = openStore({ folder, boot: BOOTS[1] ?? '', effects: createEffects(full), nowMs: () => 5 });
  store.outbox.acknowledge(BOOTS[0] ?? '', 1);
  expect([store.outbox.size(), store.outbox.failedAcknowledgements()]).toEqual([1, 1]);
  store.close();
  store = open(1, 40);
  store.outbox.acknowledge(BOOTS[0] ?? '', 1);
  expect(store.outbox.size()).toBe(0);
});

/** The oldest row, as a failing disk may leave it. */
function damage(entry: string): void {
  const db = new Database(join(folder, 'state.db'));
  db.prepare('UPDATE outbox SET entry = ? WHERE id = (SELECT min(id) FROM outbox)').run(entry);
  db.close();
}
