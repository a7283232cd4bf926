import { describe, expect, it } from 'vitest';
import { trustTimeMs } from './trust-time.ts';

const DAY_MS = 86_400_000;
const SIGNED_MS = Date.parse('2026-01-01T00:00:00Z');

describe('the time that expiry is judged by', () => {
  it('is the clock, while that is credible', () => {
    expect(trustTimeMs({ knownMs: SIGNED_MS, clockMs: SIGNED_MS + DAY_MS })).toBe(SIGNED_MS + DAY_MS);
  });

  it('is never before anything signed', () => {
    for (const clockMs of [0, SIGNED_MS - 3_650 * DAY_MS])
      for (const knownMs of [SIGNED_MS, SIGNED_MS + 9 * DAY_MS])
        expect(trustTimeMs({ knownMs, clockMs })).toBe(knownMs);
  });

  it('does not follow a clock that is years ahead, until something signed does', () => {
    const clockMs = SIGNED_MS + 3_650 * DAY_MS;
    expect(trustTimeMs({ knownMs: SIGNED_MS, clockMs })).toBe(SIGNED_MS);
    expect(trustTimeMs({ knownMs: clockMs - DAY_MS, clockMs })).toBe(clockMs);
  });

  it('is the clock for a program that knows nothing else', () => {
    expect(trustTimeMs({ knownMs: 0, clockMs: 5 })).toBe(5);
  });
});
