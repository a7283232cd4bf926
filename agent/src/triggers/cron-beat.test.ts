import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beat, type CronState } from './cron-beat.ts';

const MINUTE_MS = 60_000;
const policy = { toleranceMs: 5_000, stepBackMs: 600_000 };
const everyMinute = (afterMs: number) => (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
const look = (state: CronState, nowMs: number) => beat(state, nowMs, everyMinute, policy);
const AT = 1_000 * MINUTE_MS;

test.each([
  ['too early', AT - 1, { run: null, hasMissed: false, nextMs: AT }],
  ['in time', AT, { run: AT, hasMissed: false, nextMs: AT + MINUTE_MS }],
  ['a little late', AT + 5_000, { run: AT, hasMissed: false, nextMs: AT + MINUTE_MS }],
  ['too late', AT + 5_001, { run: null, hasMissed: true, nextMs: AT + MINUTE_MS }],
  ['after a night of sleep', AT + 480.5 * MINUTE_MS, { run: null, hasMissed: true, nextMs: AT + 481 * MINUTE_MS }],
  ['after a jump of years', AT + 1e12, { run: null, hasMissed: true, nextMs: everyMinute(AT + 1e12) }],
  ['after the clock was set back by years', AT - 5e7, { run: null, hasMissed: false, nextMs: everyMinute(AT - 5e7) }],
])('%s', (_, nowMs, expected) => {
  const { state, run, hasMissed } = look({ nextMs: AT, lastMs: null }, nowMs);
  expect({ run, hasMissed, nextMs: state.nextMs }).toEqual(expected);
});

test('a small step back does not run a tick twice', () => {
  const after = look({ nextMs: AT, lastMs: null }, AT).state;
  expect(look(after, AT - 30_000).state.nextMs).toBe(AT + MINUTE_MS);
});

test('a large step back is a new time', () => {
  const after = look({ nextMs: AT, lastMs: null }, AT).state;
  const { state } = look(after, AT - 60 * MINUTE_MS);
  expect(state).toEqual({ nextMs: AT - 59 * MINUTE_MS, lastMs: null });
});

test('law: whatever the clock does, a look costs one question and waits for a later tick', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e7, max: 1e7 }), { maxLength: 30 }), (steps) => {
      let nowMs = AT;
      let state: CronState = { nextMs: AT, lastMs: null };
      for (const step of steps) {
        nowMs += step;
        let questions = 0;
        const next = beat(
          state,
          nowMs,
          (afterMs) => {
            questions += 1;
            return everyMinute(afterMs);
          },
          policy,
        );
        expect(questions).toBe(1);
        expect(next.state.nextMs).toBeGreaterThan(nowMs);
        if (next.run !== null && state.lastMs !== null) expect(next.run).not.toBe(state.lastMs);
        state = next.state;
      }
    }),
  );
});
