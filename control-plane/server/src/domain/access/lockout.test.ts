import { describe, expect, it } from 'vitest';
import { afterFailure, afterSuccess, type Failures, waitMs } from './lockout.ts';

const RULE = { freeFailures: 3, firstWaitMs: 1_000, maxWaitMs: 8_000, forgottenAfterMs: 60_000 };
function failed(times: number, atMs = 0): Failures | undefined {
  let failures: Failures | undefined;
  for (let count = 0; count < times; count += 1) failures = afterFailure(failures, RULE, atMs);
  return failures;
}

describe('lock-out', () => {
  it.each([
    [0, 0],
    [2, 0],
    [3, 1_000],
    [4, 2_000],
    [6, 8_000],
    [7, 8_000],
    [5_000, 8_000],
  ])('after %i failures: wait %i ms', (times, expected) => expect(waitMs(failed(times), RULE, 0)).toBe(expected));

  it('ends by itself', () => {
    expect(waitMs(failed(4), RULE, 1_999)).toBe(1);
    expect(waitMs(failed(4), RULE, 2_000)).toBe(0);
  });

  it('forgets, and begins anew', () => {
    expect(waitMs(failed(50), RULE, 60_000)).toBe(0);
    expect(afterFailure(failed(50), RULE, 60_000).count).toBe(1);
  });

  it('is no longer than its bound for a clock that steps back', () => {
    expect(waitMs(failed(3, 1_000_000), RULE, 0)).toBe(1_000);
  });

  it('takes back what was counted in advance', () => {
    expect(waitMs(afterSuccess(failed(3) as Failures), RULE, 0)).toBe(0);
  });
});
