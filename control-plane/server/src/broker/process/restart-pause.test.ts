import { expect, it } from 'vitest';
import { NO_RESTARTS, nextRestart } from './restart-pause.ts';

const RULE = { firstMs: 100, maxMs: 1_000, stableMs: 60_000 };

it('starts again at once, then waits longer with each short life, to a cap', () => {
  const pauses: number[] = [];
  let restarts = NO_RESTARTS;
  for (let life = 0; life < 8; life += 1) {
    const next = nextRestart(restarts, 10, RULE);
    restarts = next.restarts;
    pauses.push(next.pauseMs);
  }
  expect(pauses).toEqual([0, 100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

it('forgets short lives after a long one', () => {
  const often = { inARow: 9 };
  expect(nextRestart(often, 60_000, RULE)).toEqual({ restarts: { inARow: 1 }, pauseMs: 0 });
});
