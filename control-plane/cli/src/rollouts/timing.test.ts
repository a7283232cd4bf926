import { describe, expect, it } from 'vitest';
import { formatPace, parsePace, parseStart, parseWindow } from './timing.ts';

const usage = expect.objectContaining({ exitCode: 2 });
const NOW_MS = Date.UTC(2030, 0, 1);

describe('pace', () => {
  it.each([
    ['10/min', { devicesPerMinute: 10 }],
    ['2/s', { devicesPerMinute: 120 }],
    ['30/h', { devicesPerMinute: 0.5 }],
    ['10/min x2', { devicesPerMinute: 10, growth: 2 }],
  ])('%s', (text, expected) => {
    expect(parsePace(text)).toEqual(expected);
    expect(parsePace(formatPace(parsePace(text)))).toEqual(expected);
  });

  it.each(['', '10', '0/min', '10/year', '-1/min', '10/min x0.5', '99999999/s'])('%j is refused', (text) => {
    expect(() => parsePace(text)).toThrow(usage);
  });
});

describe('window', () => {
  it.each([
    ['0 2 * * *;2h', { cron: '0 2 * * *', durationMs: 7_200_000 }],
    ['0 2 * * 1-5; 90m; Europe/Berlin', { cron: '0 2 * * 1-5', durationMs: 5_400_000, timeZone: 'Europe/Berlin' }],
  ])('%s', (text, expected) => {
    expect(parseWindow(text)).toEqual(expected);
  });

  it.each(['', '0 2 * * *', '2h;0 2 * * *', '0 2 * * *;2', '* * *;1h', '0 2 * * *;1h;Europe/Berlin;x', '0 2 * * *;1s'])(
    '%j is refused',
    (text) => {
      expect(() => parseWindow(text)).toThrow(usage);
    },
  );
});

describe('start', () => {
  it.each([
    ['+2h', NOW_MS + 7_200_000],
    ['2030-01-31T02:00Z', Date.UTC(2030, 0, 31, 2)],
    ['2030-01-31T02:00+01:00', Date.UTC(2030, 0, 31, 1)],
    ['2030-01-31 02:00', new Date(2030, 0, 31, 2).getTime()],
  ])('%s', (text, expected) => {
    expect(parseStart(text, NOW_MS)).toBe(expected);
  });

  it.each(['', 'tomorrow', '+soon', '02:00', '2030-13-01', '2029-12-31'])('%j is refused', (text) => {
    expect(() => parseStart(text, NOW_MS)).toThrow(usage);
  });
});
