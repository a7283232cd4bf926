import { describe, expect, it } from 'vitest';
import { trustTimeMs } from './trust-time.ts';

const DAY_MS = 86_400_000;
const BUILT_MS = Date.parse('2026-01-01T00:00:00Z');
const sources = { highWaterMs: 0, buildMs: BUILT_MS, clockMs: BUILT_MS + DAY_MS, signedMs: 0 };

describe('the time that expiry is judged by', () => {
  it('is the clock, while that is credible', () => {
    expect(trustTimeMs(sources)).toBe(BUILT_MS + DAY_MS);
  });

  it('is never before anything signed, nor before the agent was built', () => {
    for (const clockMs of [0, BUILT_MS - 3_650 * DAY_MS]) {
      expect(trustTimeMs({ ...sources, clockMs })).toBe(BUILT_MS);
      expect(trustTimeMs({ ...sources, clockMs, highWaterMs: BUILT_MS + 5 * DAY_MS })).toBe(BUILT_MS + 5 * DAY_MS);
      expect(trustTimeMs({ ...sources, clockMs, signedMs: BUILT_MS + 9 * DAY_MS })).toBe(BUILT_MS + 9 * DAY_MS);
    }
  });

  it('does not follow a clock that is years ahead, until something signed does', () => {
    const clockMs = BUILT_MS + 3_650 * DAY_MS;
    expect(trustTimeMs({ ...sources, clockMs })).toBe(BUILT_MS);
    expect(trustTimeMs({ ...sources, clockMs, signedMs: clockMs - DAY_MS })).toBe(clockMs);
  });

  it('is the clock for a program that knows nothing else', () => {
    expect(trustTimeMs({ highWaterMs: 0, buildMs: 0, signedMs: 0, clockMs: 5 })).toBe(5);
  });
});
