import { expect, test } from 'vitest';
import { slopeOf } from './slope.ts';

const series = (y: (x: number) => number) => Array.from({ length: 100 }, (_, x) => ({ x, y: y(x) }));

test('a line has its slope and no error', () => {
  const { perUnit, errorPerUnit } = slopeOf(series((x) => 7 + 3 * x));
  expect(perUnit).toBeCloseTo(3, 9);
  expect(errorPerUnit).toBeCloseTo(0, 9);
});

test('what only swings has a slope that its error covers; what grows beside swinging has not', () => {
  const swings = (x: number) => 50 * Math.sin(x * 1.7) + 30 * Math.sin(x / 9);
  const still = slopeOf(series(swings));
  expect(Math.abs(still.perUnit)).toBeLessThan(still.errorPerUnit);
  const growing = slopeOf(series((x) => swings(x) + 4 * x));
  expect(growing.perUnit).toBeGreaterThan(growing.errorPerUnit);
});

test('too few readings are no series', () => {
  expect(() => slopeOf(series((x) => x).slice(0, 9))).toThrow(/at least 10/);
});
