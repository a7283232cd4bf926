import { describe, expect, test } from 'vitest';
import { judgeSilence, judgeUsage, OFFLINE_AFTER_MS, watchOf } from './watch.ts';

const MIB = 1024 * 1024;
const watch = { offlineAfterMs: 1_000, memoryFactor: 2, cpuFactor: 2 };
const before = { memoryBytes: 10 * MIB, cpuShare: 0.1 };

describe('silence', () => {
  test('counts from its limit on', () => {
    expect(judgeSilence(watch, 0, 999)).toBe(null);
    expect(judgeSilence(watch, 0, 1_000)?.code).toBe('went_offline');
    expect(judgeSilence({ ...watch, offlineAfterMs: null }, 0, 1e9)).toBe(null);
  });
  test('is watched unless it is asked not to be', () => {
    expect(watchOf(undefined).offlineAfterMs).toBe(OFFLINE_AFTER_MS);
    expect(watchOf({ offlineAfterMs: null }).offlineAfterMs).toBe(null);
  });
});

describe('usage', () => {
  test.each([
    ['at the factor', { memoryBytes: 20 * MIB, cpuShare: 0.2 }, undefined],
    ['more memory', { memoryBytes: 20 * MIB + 1, cpuShare: 0.1 }, 'memory_regression'],
    ['more CPU', { memoryBytes: 10 * MIB, cpuShare: 0.21 }, 'cpu_regression'],
    ['both', { memoryBytes: 30 * MIB, cpuShare: 0.9 }, 'memory_regression'],
  ])('%s', (_name, now, code) => expect(judgeUsage(watch, before, now)?.code).toBe(code));
  test('says nothing without a baseline, without a factor, and below the floors', () => {
    const much = { memoryBytes: 100 * MIB, cpuShare: 4 };
    expect(judgeUsage(watch, null, much)).toBe(null);
    expect(judgeUsage({ ...watch, memoryFactor: null, cpuFactor: null }, before, much)).toBe(null);
    const little = { memoryBytes: 1_000, cpuShare: 0.001 };
    expect(judgeUsage(watch, little, { memoryBytes: 100_000, cpuShare: 0.01 })).toBe(null);
  });
});
