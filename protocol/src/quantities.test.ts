import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDurationMs, formatShare, parseBytes, parseDurationMs, parseShare } from './quantities.ts';

describe('sizes', () => {
  it.each([
    ['0B', 0],
    ['512B', 512],
    ['64KiB', 65_536],
    ['16MiB', 16_777_216],
    ['4 MiB', 4_194_304],
    ['1.5GiB', 1_610_612_736],
  ])('%s', (text, bytes) => {
    expect(parseBytes(text)).toEqual({ ok: true, value: bytes });
  });

  it.each([
    '',
    '16',
    '16MB',
    '16mib',
    '-1MiB',
    '1e3B',
    '0x10B',
    '1.0001MiB',
    '0.0001B',
    'NaNB',
    '16MiB ',
    '9999999999999GiB',
    `${'9'.repeat(40)}B`,
  ])('%j is refused', (text) => {
    expect(parseBytes(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_quantity' }] });
  });

  it('says what to write for decimal units', () => {
    const read = parseBytes('16MB');
    expect(read.ok ? '' : read.problems[0]?.message).toContain('16MiB');
  });

  it('are read back from what is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (bytes) => {
        expect(parseBytes(formatBytes(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['150ms', 150],
    ['2s', 2_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d1h1m1s1ms', 90_061_001],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toEqual({ ok: true, value: ms });
  });

  it.each(['', '2', '2 s', '30m1h', '2s2s', '-2s', '1.5s', 's', '2sec', `${'9'.repeat(33)}s`])(
    '%j is refused',
    (text) => {
      expect(parseDurationMs(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_quantity' }] });
    },
  );

  it('are read back from what is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (ms) => {
        expect(parseDurationMs(formatDurationMs(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });
});

describe('shares', () => {
  it.each([
    ['20%', 0.2],
    ['2.5%', 0.025],
    ['150%', 1.5],
    ['0.01%', 0.0001],
    ['100 %', 1],
  ])('%s', (text, share) => {
    expect(parseShare(text)).toEqual({ ok: true, value: share });
  });

  it.each(['', '0.2', '20', '%', '-5%', '1e2%', '1.001%', '1000000%'])('%j is refused', (text) => {
    expect(parseShare(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_quantity' }] });
  });

  it('are read back from what is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 640_000 }), (basisPoints) => {
        expect(parseShare(formatShare(basisPoints / 10_000))).toEqual({ ok: true, value: basisPoints / 10_000 });
      }),
    );
  });
});
