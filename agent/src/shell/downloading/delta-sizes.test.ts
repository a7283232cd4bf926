import { expect, test } from 'vitest';
import { createDeltaSizes } from './delta-sizes.ts';

const HOUR_MS = 3_600_000;

test('a size stays known; that there is none is asked again after some hours', () => {
  let nowMs = 5;
  const sizes = createDeltaSizes(() => nowMs);
  expect(sizes.of('a')).toBe('unknown');
  sizes.note('a', 700);
  sizes.note('b', 'none');
  nowMs += 2 * HOUR_MS;
  expect([sizes.of('a'), sizes.of('b')]).toEqual([700, 'none']);
  nowMs += HOUR_MS;
  expect([sizes.of('a'), sizes.of('b')]).toEqual([700, 'unknown']);
});

test('only the latest are remembered', () => {
  const sizes = createDeltaSizes(() => 0);
  for (let at = 0; at < 65; at += 1) sizes.note(`digest-${at}`, at);
  expect([sizes.of('digest-0'), sizes.of('digest-1'), sizes.of('digest-64')]).toEqual(['unknown', 1, 64]);
});
