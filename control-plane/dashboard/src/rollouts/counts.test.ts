import { MEMBER_STATES, ROLLOUT_ACTIONS, ROLLOUT_STATES } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { BAR_ORDER } from '../words/member-states.ts';
import { addCounts, type Counts, gateSums } from './counts.ts';

const counts = (known: Partial<Counts>): Counts =>
  ({ ...Object.fromEntries(MEMBER_STATES.map((state) => [state, 0])), ...known }) as Counts;

test('a bar shows every state once', () => {
  expect([...BAR_ORDER].sort()).toEqual([...MEMBER_STATES].sort());
});

test('waves add up', () => {
  const sum = addCounts([{ counts: counts({ succeeded: 1 }) }, { counts: counts({ succeeded: 2, pending: 4 }) }]);
  expect(sum).toEqual(counts({ succeeded: 3, pending: 4 }));
});

test('the denominator is who was reached: soaking counts, waiting and in flight do not', () => {
  const known = counts({ succeeded: 5, soaking: 2, reverted: 1, timed_out: 1, in_flight: 9, waiting: 9, pending: 9 });
  expect(gateSums({ counts: known })).toEqual({ succeeded: 5, failed: 2, reached: 9, acknowledged: 0 });
});

test('acknowledged failures count neither above nor below the line', () => {
  const known = counts({ succeeded: 5, failed: 3 });
  expect(gateSums({ counts: known, acknowledged: 2 })).toEqual({
    succeeded: 5,
    failed: 1,
    reached: 6,
    acknowledged: 2,
  });
});

test('a rollout that has ended allows nothing, any other can be aborted', () => {
  for (const state of ROLLOUT_STATES)
    expect(ROLLOUT_ACTIONS[state].includes('abort')).toBe(state !== 'completed' && state !== 'aborted');
});
