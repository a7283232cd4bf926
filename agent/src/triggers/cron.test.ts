import { succeed } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import type { TriggerEvent } from '../runtimes/port.ts';
import { type Cron, createCron } from './cron.ts';
import { checkTriggers } from './triggers.ts';

const MINUTE_MS = 60_000;
let cron: Cron;
let counters: ReturnType<typeof createCounters>;
let events: TriggerEvent[];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 0, 30) });
  counters = createCounters(pino({ level: 'silent' }));
  cron = createCron(counters, Date.now);
  events = [];
});
afterEach(() => {
  cron.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const call = async (event: TriggerEvent) => {
  events.push(event);
  return succeed({});
};
const every5 = { on: 'cron', schedule: '*/5 * * * *' } as const;

test('each tick calls once, with its time', async () => {
  cron.bind('thermostat', [every5], call);
  await vi.advanceTimersByTimeAsync(12 * MINUTE_MS);
  expect(events).toEqual([
    { on: 'cron', schedule: '*/5 * * * *', atMs: Date.UTC(2026, 0, 1, 12, 5) },
    { on: 'cron', schedule: '*/5 * * * *', atMs: Date.UTC(2026, 0, 1, 12, 10) },
  ]);
});

test('a time zone is the one of the schedule', async () => {
  cron.bind('a', [{ on: 'cron', schedule: '30 13 * * *', timeZone: 'Europe/Berlin' }], call);
  await vi.advanceTimersByTimeAsync(31 * MINUTE_MS);
  expect(events).toHaveLength(1);
});

test('a run that has not ended is not joined by another', async () => {
  cron.bind('slow', [{ on: 'cron', schedule: '* * * * *' }], (event) => {
    events.push(event);
    return new Promise(() => {});
  });
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(events).toHaveLength(1);
  expect(counters.all().cron_overlaps).toBe(4);
});

test('a call that throws does not end the schedule', async () => {
  cron.bind('bad', [{ on: 'cron', schedule: '* * * * *' }], (event) => {
    events.push(event);
    throw new Error('gone');
  });
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(events).toHaveLength(3);
  expect(counters.all().cron_runs_failed).toBe(3);
});

test('what passed while the machine slept is counted once and not replayed', async () => {
  cron.bind('thermostat', [every5], call);
  vi.setSystemTime(Date.UTC(2026, 0, 2, 7, 2));
  await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
  expect(events.map((event) => event.on === 'cron' && new Date(event.atMs).toISOString())).toEqual([
    '2026-01-02T07:10:00.000Z',
  ]);
  expect(counters.all()).toMatchObject({ cron_missed: 1, cron_runs: 1 });
});

test.each([
  ['ahead', Date.UTC(2046, 5, 1)],
  ['back', Date.UTC(2011, 5, 1)],
])('a clock that is set %s by years is followed at once', async (_, jumpMs) => {
  cron.bind('fast', [{ on: 'cron', schedule: '* * * * * *' }], call);
  vi.setSystemTime(jumpMs);
  await vi.advanceTimersByTimeAsync(6 * MINUTE_MS);
  const last = events.at(-1);
  expect(last?.on === 'cron' && last.atMs).toBe(jumpMs + 6 * MINUTE_MS);
});

test('a new binding replaces the schedules of an app, and no binding ends them', async () => {
  cron.bind('a', [{ on: 'cron', schedule: '* * * * *' }], call);
  cron.bind('a', [every5], call);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(events).toHaveLength(1);
  cron.unbind('a');
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(events).toHaveLength(1);
});

test('a schedule that means nothing is left out and the others run', async () => {
  cron.bind('a', [{ on: 'cron', schedule: '0 0 30 2 *' }, every5], call);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(events).toHaveLength(1);
  expect(counters.all().cron_invalid).toBe(1);
});

test.each([
  { schedule: 'x' },
  { schedule: '61 * * * *' },
  { schedule: '* * * *' },
  { schedule: '0 0 30 2 *' },
  { schedule: '' },
  { schedule: '* * * * *', timeZone: 'Mars/Phobos' },
])('%j is refused where a release is checked', (wrong) => {
  const outcome = checkTriggers([every5, { on: 'cron', ...wrong }]);
  expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'invalid_manifest', path: '/triggers/1' }] });
});

test('a schedule without a time zone is meant in that of the device', async () => {
  const tokyo = createCron(counters, Date.now, 'Asia/Tokyo');
  tokyo.bind('a', [{ on: 'cron', schedule: '5 21 * * *' }], call);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(events).toHaveLength(1);
  tokyo.stop();
});

test.each([
  // Forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
  ['in the hour that is skipped', '30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z']],
  ['in the hour that comes twice', '30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z']],
  ['at noon, before and after', '0 12 * * *', '2026-10-24T10:30:00Z', ['2026-10-25T11:00:00.000Z']],
])('when clocks change, a tick %s comes once a day', async (_, schedule, from, expected) => {
  vi.setSystemTime(new Date(from));
  cron.bind('a', [{ on: 'cron', schedule, timeZone: 'Europe/Berlin' }], call);
  await vi.advanceTimersByTimeAsync(26 * 60 * MINUTE_MS);
  const ticks = events.map((event) => (event.on === 'cron' ? new Date(event.atMs).toISOString() : ''));
  expect(ticks.slice(0, 1)).toEqual(expected);
  expect(ticks).toHaveLength(1);
});

test('an update takes the schedule over as it is: a tick that is due in between runs once, by the new instance', async () => {
  const took: string[] = [];
  const as = (name: string) => async () => {
    took.push(name);
    return succeed({});
  };
  cron.bind('a', [every5], as('old'));
  await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
  cron.pause('a');
  await vi.advanceTimersByTimeAsync(MINUTE_MS / 2 + 2_000);
  expect(took).toEqual([]);
  cron.bind('a', [every5], as('new'));
  cron.bind('a', [every5], as('new'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(took).toEqual(['new']);
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
  expect(took).toEqual(['new', 'new']);
});

test('a tick that passed long before there was an instance again is counted as missed', async () => {
  cron.bind('a', [every5], call);
  cron.pause('a');
  await vi.advanceTimersByTimeAsync(7 * MINUTE_MS);
  cron.bind('a', [every5], call);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(events).toEqual([]);
  expect(counters.all().cron_missed).toBe(1);
});
