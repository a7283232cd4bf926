import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import { createDesiredReader, type DesiredReader } from './desired-reader.ts';
import { LINK_TUNING } from './tuning.ts';

const HOUR_MS = 3_600_000;
const log = { debug() {}, info() {}, warn() {}, error() {} } as never;

let reader: DesiredReader;
/** When it was read, ms since the start. */
let readsAtMs: number[];
let startMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  readsAtMs = [];
  startMs = performance.now();
  reader = createDesiredReader({
    identity: { tenant: 'default', device: 'pi-1', serverUrl: 'http://127.0.0.1', mqttUrl: '', reportPrivateKey: '' },
    client: {
      async request() {
        readsAtMs.push(performance.now() - startMs);
        return { status: 304, headers: { get: () => null }, body: (async function* () {})(), discard() {} };
      },
      close() {},
    },
    tuning: LINK_TUNING,
    log,
    counters: createCounters(log),
    random: () => 0.5,
    monotonicMs: () => performance.now(),
    everyMs: () => HOUR_MS,
    onDocument: () => {},
  });
  reader.rearm();
});
afterEach(() => {
  reader.stop();
  vi.useRealTimers();
});

test('the slow timer counts from when nothing newer was known', async () => {
  await vi.advanceTimersByTimeAsync(HOUR_MS / 2);
  reader.known(performance.now() - HOUR_MS / 4);
  await vi.advanceTimersByTimeAsync((HOUR_MS * 3) / 4);
  expect(readsAtMs).toEqual([HOUR_MS * 1.25]);
});

test('a read that is due soon is not needed once it is known that nothing is newer', async () => {
  reader.readWithin(5_000);
  await vi.advanceTimersByTimeAsync(4_000);
  reader.known(performance.now());
  await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
  expect(readsAtMs).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(readsAtMs).toEqual([HOUR_MS + 4_000]);
});

test('a broker that ends each session at once does not put a read off', async () => {
  reader.readWithin(5_000);
  for (let session = 0; session < 10; session += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    reader.rearm();
    reader.readWithin(5_000);
  }
  expect(readsAtMs).toEqual([5_000, 10_000]);
});

test('a session that cannot be had is not waited for, and where nothing is due nothing is read', async () => {
  reader.hurry();
  reader.readWithin(5_000);
  await vi.advanceTimersByTimeAsync(1_000);
  reader.hurry();
  reader.hurry();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(readsAtMs).toEqual([1_000]);
});

test('what is known of long ago is no reason to wait, and none to read twice', async () => {
  reader.known(performance.now() - 2 * HOUR_MS);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(readsAtMs).toEqual([0]);
});
