import { expect, test } from 'vitest';
import { FRESH_PACE, spend } from './pace.ts';

/** Moves pieces one after another, each waiting as long as it is told; answers when the last one may be followed. */
function move(pieces: readonly number[], bytesPerSecond: number, startMs = 5_000): number {
  let pace = FRESH_PACE;
  let nowMs = startMs;
  for (const bytes of pieces) {
    const spent = spend(pace, bytes, bytesPerSecond, nowMs);
    pace = spent.pace;
    nowMs += spent.waitMs;
  }
  return nowMs - startMs;
}

test('the rate holds whatever the pieces are', () => {
  expect(move([10_000], 1_000)).toBe(10_000);
  expect(move(Array(100).fill(100), 1_000)).toBe(10_000);
  expect(move([1, 9_999], 1_000)).toBe(10_000);
});

test('two who move at once share it', () => {
  const first = spend(FRESH_PACE, 1_000, 1_000, 0);
  expect(spend(first.pace, 1_000, 1_000, 0).waitMs).toBe(2_000);
});

test('time without a transfer earns nothing for later', () => {
  const { pace } = spend(FRESH_PACE, 1_000, 1_000, 0);
  expect(spend(pace, 500, 1_000, 3_600_000).waitMs).toBe(500);
});
