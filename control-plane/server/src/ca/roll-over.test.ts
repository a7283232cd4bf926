import { AUTHORITY_STEPS, type AuthorityStep } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  believed,
  FIRST_AUTHORITY,
  leaves,
  type RollOver,
  rollOver,
  stays,
  stepRollOver,
} from './roll-over.ts';

type Phase = RollOver['phase'];

function gone(...steps: AuthorityStep[]): RollOver {
  return steps.reduce<RollOver>((state, step) => {
    const next = stepRollOver(state, step, 7);
    if (!next.ok) throw new Error(JSON.stringify(next.problems));
    return next.value;
  }, FIRST_AUTHORITY);
}

const COURSES: Readonly<Record<Phase, RollOver>> = {
  settled: FIRST_AUTHORITY,
  begun: gone('begin'),
  switched: gone('begin', 'switch'),
  aborted: gone('begin', 'abort'),
};

/** Every step from every phase; a missing cell does not compile. */
const TABLE: Readonly<Record<Phase, Readonly<Record<AuthorityStep, Phase | 'refused'>>>> = {
  settled: { begin: 'begun', switch: 'refused', finish: 'refused', abort: 'refused', replace: 'settled' },
  begun: { begin: 'refused', switch: 'switched', finish: 'refused', abort: 'aborted', replace: 'settled' },
  switched: { begin: 'refused', switch: 'refused', finish: 'settled', abort: 'refused', replace: 'settled' },
  aborted: { begin: 'refused', switch: 'refused', finish: 'settled', abort: 'refused', replace: 'settled' },
};

describe.each(Object.keys(TABLE) as Phase[])('from %s', (phase) => {
  it.each(AUTHORITY_STEPS)('%s', (step) => {
    const next = stepRollOver(COURSES[phase], step, 9);
    expect(next.ok ? next.value.phase : 'refused').toBe(TABLE[phase][step]);
    if (next.ok) expect(rollOver.parse(JSON.parse(JSON.stringify(next.value)))).toEqual(next.value);
    else expect(next.problems[0]?.code).toBe('not_allowed_in_state');
  });
});

it('the server shows the old one until the switch, and devices are to have the one that stays', () => {
  const [old, next] = ['authority', 'authority-2'];
  const seen = (state: RollOver) => [state.current, stays(state), believed(state), accepted(state), leaves(state)];
  expect(seen(COURSES.settled)).toEqual([old, old, [old], [old], null]);
  expect(seen(COURSES.begun)).toEqual([old, next, [next, old], [old, next], old]);
  expect(seen(COURSES.switched)).toEqual([next, next, [next, old], [next, old], old]);
  expect(seen(COURSES.aborted)).toEqual([old, old, [old], [old, next], next]);
  expect(seen(gone('begin', 'switch', 'finish'))).toEqual([next, next, [next], [next], null]);
});

it('no name is used twice', () => {
  const names = new Set(['authority']);
  for (const way of [['abort', 'finish'], ['switch', 'finish'], ['replace']] as const) {
    const state = gone('begin', 'abort', 'finish', 'begin', ...way, 'begin');
    expect(state.other).toBe(`authority-${state.made}`);
    names.add(state.other ?? '');
  }
  expect(gone('replace').current).toBe('authority-2');
  expect(gone('begin', 'replace').current).toBe('authority-3');
});
