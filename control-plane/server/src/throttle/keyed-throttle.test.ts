import { describe, expect, it } from 'vitest';
import { KeyedThrottle } from './keyed-throttle.ts';
import { fullBucket, spend } from './token-bucket.ts';

const RULE = { burst: 3, perSecond: 1 };

describe('token bucket', () => {
  it('answers how long a debt takes', () => {
    const bucket = fullBucket(RULE, 0);
    expect(spend(bucket, RULE, 3, 0)).toBe(0);
    expect(spend(bucket, RULE, 2, 0)).toBe(2000);
    expect(spend(bucket, RULE, 0, 2000)).toBe(0);
  });

  it('gives nothing for a clock that steps back', () => {
    const bucket = fullBucket(RULE, 10_000);
    spend(bucket, RULE, 3, 10_000);
    expect(spend(bucket, RULE, 1, 0)).toBe(1000);
    expect(spend(bucket, RULE, 0, 10_500)).toBe(500);
  });
});

describe('keyed throttle', () => {
  it('counts each key by itself', () => {
    const throttle = new KeyedThrottle(RULE, 10);
    for (let count = 0; count < 3; count += 1) throttle.count('a', 0);
    expect(throttle.waitMs('a', 0)).toBe(1000);
    expect(throttle.waitMs('b', 0)).toBe(0);
    expect(throttle.waitMs('a', 1000)).toBe(0);
  });

  it('does not let attempts during the wait make it longer', () => {
    const throttle = new KeyedThrottle(RULE, 10);
    for (let count = 0; count < 100; count += 1) throttle.count('a', 0);
    expect(throttle.waitMs('a', 0)).toBe(1000);
  });

  it('remembers no more keys than it may, the newest', () => {
    const throttle = new KeyedThrottle({ burst: 1, perSecond: 1 }, 2);
    for (const key of ['a', 'b', 'a', 'c']) throttle.count(key, 0);
    expect(throttle.size).toBe(2);
    expect(['a', 'b', 'c'].map((key) => throttle.waitMs(key, 0) > 0)).toEqual([true, false, true]);
  });
});
