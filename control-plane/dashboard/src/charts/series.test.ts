import type { UsagePoint } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { columnsOf, summaryOf } from './series.ts';

const point = (minute: number, cpuShare: number): UsagePoint => ({
  fromMs: minute * 60_000,
  toMs: (minute + 1) * 60_000,
  cpuShare,
  memoryBytes: 0,
  memoryPeakBytes: 0,
  calls: 0,
  errors: 0,
  limitsHit: 0,
  temperatureCelsius: null,
  diskUsedBytes: null,
});

test('points that follow each other make one line', () => {
  const { xs, ys } = columnsOf([point(0, 0.1), point(1, 0.2)], 60_000, [(p) => p.cpuShare]);
  expect({ xs, ys }).toEqual({ xs: [60, 120], ys: [[0.1, 0.2]] });
});

test('a silence breaks the line and stays in order', () => {
  const { xs, ys } = columnsOf([point(0, 0.1), point(9, 0.2)], 60_000, [(p) => p.cpuShare]);
  expect(ys).toEqual([[0.1, null, 0.2]]);
  expect(xs).toEqual([...xs].sort((a, b) => a - b));
});

test('a summary leaves out what is not known', () => {
  expect(summaryOf([0.1, 0.5, null, 0.2, null])).toEqual({ newest: 0.2, highest: 0.5 });
  expect(summaryOf([null])).toBeNull();
  expect(columnsOf([], 60_000, [(p) => p.cpuShare])).toEqual({ xs: [], ys: [[]] });
});
