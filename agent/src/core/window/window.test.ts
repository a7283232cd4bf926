import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, instantsOf, sayInstant, UTC, type ZoneOffsets } from './calendar.ts';
import { windowAt } from './window.ts';

const HOUR_MS = 3_600_000;
/** Berlin in 2026: +1, from 29 March 01:00 UTC +2, from 25 October 01:00 UTC +1. */
const BERLIN: ZoneOffsets = {
  spans: [
    { fromMs: 0, offsetMs: HOUR_MS },
    { fromMs: Date.UTC(2026, 2, 29, 1), offsetMs: 2 * HOUR_MS },
    { fromMs: Date.UTC(2026, 9, 25, 1), offsetMs: HOUR_MS },
  ],
};
const at = (text: string) => Date.parse(`${text}Z`);
const look = (cron: string, hours: number, now: string, zone: ZoneOffsets = BERLIN) => {
  const state = windowAt({ cron, durationMs: hours * HOUR_MS }, at(now), zone);
  const untilMs = state.isOpen ? state.closesAtMs : state.opensAtMs;
  return [state.isOpen ? 'open' : 'closed', untilMs === null ? null : new Date(untilMs).toISOString().slice(0, 16)];
};

describe('a window', () => {
  test.each([
    ['before it opens', '0 2 * * *', 2, '2026-07-01T23:59:59', ['closed', '2026-07-02T00:00']],
    ['at its first instant', '0 2 * * *', 2, '2026-07-02T00:00:00', ['open', '2026-07-02T02:00']],
    ['at its last instant', '0 2 * * *', 2, '2026-07-02T01:59:59.999', ['open', '2026-07-02T02:00']],
    ['when it has closed', '0 2 * * *', 2, '2026-07-02T02:00:00', ['closed', '2026-07-03T00:00']],
    ['across midnight, before it', '0 23 * * *', 3, '2026-07-01T21:30:00', ['open', '2026-07-02T00:00']],
    ['across midnight, after it', '0 23 * * *', 3, '2026-07-01T23:30:00', ['open', '2026-07-02T00:00']],
    ['of a weekend', '0 22 * * fri', 56, '2026-07-05T10:00:00', ['open', '2026-07-06T04:00']],
    ['in the week', '0 22 * * fri', 56, '2026-07-06T10:00:00', ['closed', '2026-07-10T20:00']],
    [
      'whose ticks overlap counts from the last one',
      '0 * * * *',
      2,
      '2026-07-01T10:30:00',
      ['open', '2026-07-01T12:00'],
    ],
    ['that comes every leap year', '0 2 29 2 *', 1, '2026-07-01T00:00:00', ['closed', '2028-02-29T01:00']],
    ['that never comes', '0 2 30 2 *', 1, '2026-07-01T00:00:00', ['closed', null]],
    ['on a day of month or of week', '0 2 13 * fri', 1, '2026-07-01T00:30:00', ['closed', '2026-07-03T00:00']],
  ])('%s', (_, cron, hours, now, expected) => {
    const shown = look(cron, hours, now);
    expect([shown[0], shown[1]]).toEqual(expected);
  });

  test('in an hour that is skipped opens when clocks are set forward', () => {
    expect(look('30 2 * * *', 1, '2026-03-29T00:59:59')).toEqual(['closed', '2026-03-29T01:00']);
    expect(look('30 2 * * *', 1, '2026-03-29T01:30:00')).toEqual(['open', '2026-03-29T02:00']);
  });

  test('lasts as long in real time when clocks are set forward within it', () => {
    expect(look('0 1 * * *', 3, '2026-03-29T00:30:00')).toEqual(['open', '2026-03-29T03:00']);
  });

  test('in an hour that comes twice opens once', () => {
    expect(look('30 2 * * *', 0.5, '2026-10-25T00:29:00')).toEqual(['closed', '2026-10-25T00:30']);
    expect(look('30 2 * * *', 0.5, '2026-10-25T00:40:00')).toEqual(['open', '2026-10-25T01:00']);
    expect(look('30 2 * * *', 0.5, '2026-10-25T01:40:00')).toEqual(['closed', '2026-10-26T01:30']);
  });

  test('of every hour opens in both hours of the same name', () => {
    expect(look('0 * * * *', 0.25, '2026-10-25T00:10:00')).toEqual(['open', '2026-10-25T00:15']);
    expect(look('0 * * * *', 0.25, '2026-10-25T01:10:00')).toEqual(['open', '2026-10-25T01:15']);
  });
});

test('law: a closed window is open when it said it would be, and not a moment before', () => {
  const cron = fc
    .tuple(fc.nat(59), fc.nat(23), fc.constantFrom('*', '1', '15,31'), fc.constantFrom('*', 'mon-fri', '0'))
    .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`);
  fc.assert(
    fc.property(cron, fc.integer({ min: 1, max: 7 * 1440 }), fc.nat(365 * 1440), (text, minutes, minuteOfYear) => {
      const window = { cron: text, durationMs: minutes * 60_000 };
      const nowMs = Date.UTC(2026, 0, 1) + minuteOfYear * 60_000 + 1;
      const state = windowAt(window, nowMs, BERLIN);
      const edgeMs = state.isOpen ? state.closesAtMs : (state.opensAtMs ?? nowMs + 1);
      expect(edgeMs).toBeGreaterThan(nowMs);
      if (state.isOpen) return;
      expect(windowAt(window, edgeMs, BERLIN).isOpen).toBe(true);
      expect(windowAt(window, edgeMs - 1, BERLIN)).toEqual(state);
    }),
    { numRuns: 200, seed: 20_261_121 },
  );
});

test('law: days and instants agree with the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.nat(1439), (day, minute) => {
      const atMs = day * DAY_MS + minute * 60_000;
      expect(sayInstant(atMs, UTC)).toBe(`${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} +00:00`);
    }),
  );
  const fold = Date.UTC(2026, 9, 25, 2, 30);
  expect(instantsOf(fold, BERLIN)).toEqual([at('2026-10-25T00:30:00'), at('2026-10-25T01:30:00')]);
  expect(sayInstant(at('2026-10-25T00:30:00'), BERLIN)).toBe('2026-10-25 02:30 +02:00');
});
