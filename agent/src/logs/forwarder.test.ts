import { LIMITS, type LogBatch, type LogLine, logBatch } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogForwarder } from './forwarder.ts';
import { LOG_LIMITS } from './limits.ts';
import type { LogForwarder } from './options.ts';

let batches: LogBatch[];
let logs: LogForwarder;

beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  logs = createLogForwarder({ send: (batch) => void batches.push(logBatch.parse(batch)), nowMs: Date.now });
});
afterEach(() => {
  logs.stop();
  vi.useRealTimers();
});

function line(text: string, app = 'thermostat'): LogLine {
  return { app, atMs: 1, stream: 'stdout', level: 'info', text } as LogLine;
}
const texts = () => batches.flatMap((batch) => batch.lines.map(({ text }) => text));
const linger = () => vi.advanceTimersByTimeAsync(LOG_LIMITS.lingerMs);

test('nothing travels while nobody listens', async () => {
  for (let n = 0; n < 100; n += 1) logs.add(line(`${n}`));
  await linger();
  expect(batches).toEqual([]);
  expect(logs.last('thermostat', 2).map(({ text }) => text)).toEqual(['98', '99']);
});

test('who listens gets what was kept, then what comes, each line once, until the time is over', async () => {
  logs.add(line('before'));
  logs.listen(10_000);
  logs.add(line('during'));
  await linger();
  logs.listen(10_000);
  await linger();
  expect(texts()).toEqual(['before', 'during']);
  await vi.advanceTimersByTimeAsync(10_000);
  logs.add(line('after'));
  await linger();
  expect(texts()).toEqual(['before', 'during']);
});

test('listening to one app is not listening to another', async () => {
  logs.listen(10_000, 'thermostat');
  logs.add(line('mine'));
  logs.add(line('not mine', 'camera'));
  await linger();
  expect(texts()).toEqual(['mine']);
});

test('the last lines of a failed app travel, though not at each round of a crash loop', async () => {
  for (let n = 0; n < 100; n += 1) logs.add(line(`${n}`));
  logs.sendLast('thermostat');
  logs.add(line('again'));
  logs.sendLast('thermostat');
  expect(texts()).toEqual(Array.from({ length: LOG_LIMITS.lastLines }, (_, at) => `${50 + at}`));
  await vi.advanceTimersByTimeAsync(LOG_LIMITS.lastEveryMs);
  logs.sendLast('thermostat');
  expect(texts().at(-1)).toBe('again');
  logs.sendLast('unknown');
});

test('a flood is thinned, and the next batch says by how much', async () => {
  logs.listen(60_000);
  for (let n = 0; n < 5_000; n += 1) logs.add(line(`${n}`));
  await linger();
  expect(texts()).toHaveLength(LOG_LIMITS.burstLines);
  expect(batches.reduce((sum, { skipped = 0 }) => sum + skipped, 0)).toBe(5_000 - LOG_LIMITS.burstLines);
  await vi.advanceTimersByTimeAsync(1_000);
  logs.add(line('later'));
  await linger();
  expect(texts().at(-1)).toBe('later');
});

test('batches stay within lines and bytes, and long lines are cut whole', async () => {
  logs.listen(60_000);
  for (let n = 0; n < 150; n += 1) logs.add(line('😀'.repeat(LIMITS.logLineBytes)));
  await linger();
  expect(texts()).toHaveLength(150);
  for (const batch of batches) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(LIMITS.packetBytes);
  expect(texts().every((text) => text.isWellFormed())).toBe(true);
});

test('what is kept is bounded by lines, bytes and apps', () => {
  for (let n = 0; n < 1_000; n += 1) logs.add(line('short'));
  expect(logs.last('thermostat', 10_000)).toHaveLength(LOG_LIMITS.ringLines);
  for (let n = 0; n < 1_000; n += 1) logs.add(line('x'.repeat(4_000)));
  expect(logs.last('thermostat', 10_000).length).toBeLessThanOrEqual(LOG_LIMITS.ringBytes / 4_000);
  for (let n = 0; n <= LOG_LIMITS.apps; n += 1) logs.add(line('hello', `app-${n}`));
  expect(logs.last('thermostat', 1)).toEqual([]);
  expect(logs.last(`app-${LOG_LIMITS.apps}`, 1)).toHaveLength(1);
});
