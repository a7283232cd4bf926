import { expect, test } from 'vitest';
import { day, duration, relativeTime } from './time.ts';

const NOW_MS = 1_700_000_000_000;

test.each([
  [0, 'just now'],
  [-1_500, 'just now'],
  [1_900, 'just now'],
  [2_000, '2 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [3_600_000 * 5, '5 h ago'],
  [86_400_000 * 3, '3 d ago'],
  [-120_000, 'in 2 min'],
])('%d ms past is %s', (pastMs, text) => {
  expect(relativeTime(NOW_MS - pastMs, NOW_MS)).toBe(text);
});

test.each([
  [0, '0 s'],
  [150, '150 ms'],
  [1_000, '1 s'],
  [90_000, '1 min 30 s'],
  [900_000, '15 min'],
  [5_400_000, '1 h 30 min'],
  [604_800_000, '7 d'],
])('%d ms lasts %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a day is that of certificates, in UTC', () => {
  expect(day(NOW_MS)).toBe('2023-11-14');
});
