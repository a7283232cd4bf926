import type { AppName, LogBatch } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { addBatch, EMPTY_LOG } from './log-lines.ts';

const batch = (count: number, skipped?: number): LogBatch => ({
  lines: Array.from({ length: count }, (_, index) => ({
    app: 'thermostat' as AppName,
    atMs: index,
    stream: 'log' as const,
    level: 'info' as const,
    text: `line ${index}`,
  })),
  ...(skipped === undefined ? {} : { skipped }),
});

test('the view keeps the newest lines only, and their numbers', () => {
  let view = EMPTY_LOG;
  for (let round = 0; round < 10; round += 1) view = addBatch(view, batch(3), 5);
  expect(view.entries.map(({ id }) => id)).toEqual([26, 27, 28, 29, 30]);
});

test('lines that the device left out are told before those that came', () => {
  expect(addBatch(EMPTY_LOG, batch(1, 12)).entries.map(({ kind }) => kind)).toEqual(['gap', 'line']);
});
