import { expect, test } from 'vitest';
import { windowAt } from '../core/window/window.ts';
import { createTimeZones, isTimeZone } from './time-zone.ts';

const zones = createTimeZones('Europe/Berlin');
const NOW = Date.UTC(2026, 10, 21);

test('the offsets of a zone come with the instants at which clocks are set', () => {
  expect(zones.offsets(undefined, NOW)?.spans).toEqual([
    { fromMs: Date.UTC(2026, 10, 12), offsetMs: 3_600_000 },
    { fromMs: Date.UTC(2027, 2, 28, 1), offsetMs: 7_200_000 },
    { fromMs: Date.UTC(2027, 9, 31, 1), offsetMs: 3_600_000 },
  ]);
  expect(zones.offsets('Asia/Kathmandu', NOW)?.spans).toMatchObject([{ offsetMs: 20_700_000 }]);
});

test('UTC is a zone without changes', () => {
  const spans = zones.offsets('UTC', NOW)?.spans;
  expect(spans).toEqual([{ fromMs: Date.UTC(2026, 10, 12), offsetMs: 0 }]);
  expect(zones.offsets('Etc/UTC', NOW)?.spans).toEqual(spans);
});

test('a zone that nobody knows is none', () => {
  expect(zones.offsets('Mars/Phobos', NOW)).toBeNull();
  expect([isTimeZone('America/New_York'), isTimeZone('Mars/Phobos')]).toEqual([true, false]);
});

test('a window by the clock of the platform, in winter and in summer', () => {
  const window = { cron: '0 2 * * *', durationMs: 3_600_000 };
  const opensAt = (nowMs: number) => windowAt(window, nowMs, zones.offsets(undefined, nowMs) ?? { spans: [] });
  expect(opensAt(NOW)).toEqual({ isOpen: false, opensAtMs: Date.UTC(2026, 10, 21, 1) });
  expect(opensAt(Date.UTC(2027, 5, 1, 12))).toEqual({ isOpen: false, opensAtMs: Date.UTC(2027, 5, 2) });
});
