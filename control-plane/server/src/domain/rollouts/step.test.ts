import { type DeviceId, ROLLOUT_STATES, type RolloutState } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { RolloutEffect, RolloutEvent } from './model.ts';
import { step } from './step.ts';
import { headerIn, memberIn, NOW_MS, RELEASE } from './testing/rollout-builder.ts';

const env = { nowMs: NOW_MS };
const flying = memberIn('in_flight');
const pending = memberIn('pending');
const waiting = memberIn('waiting');
const failed = { release: RELEASE, attempt: 1, deployment: 'failed' } as const;

/** Every event, over a rollout whose one wave holds a pending, a waiting and an in-flight member. */
const EVENTS = {
  prepared: { type: 'prepared' },
  start: { type: 'start' },
  pause: { type: 'pause' },
  resume: { type: 'resume' },
  'abort keep': { type: 'abort', reached: 'keep' },
  'abort revert': { type: 'abort', reached: 'revert' },
  picked: {
    type: 'picked',
    isBorrowing: false,
    picked: [{ member: pending, isOnline: true, attempt: 1, generation: 1 }],
  },
  'picked nobody': { type: 'picked', isBorrowing: false, picked: [] },
  heard: { type: 'heard', member: waiting },
  'reported failed': { type: 'reported', member: flying, report: failed },
  gone: { type: 'gone', member: flying, generation: 9 },
  deadline: { type: 'deadline', member: flying },
  left: { type: 'left', member: flying, reason: 'removed' },
  tick: { type: 'tick' },
  approve: { type: 'approve', wave: 0 },
  'approve another wave': { type: 'approve', wave: 1 },
  guard: { type: 'guard', second: null },
  update: { type: 'update', limits: { maxInFlight: 7 } },
  joined: { type: 'joined', member: memberIn('pending', { device: 'pi-9' as DeviceId }) },
  unwell: { type: 'unwell', member: memberIn('soaking'), code: 'went_offline', message: 'away' },
} satisfies Record<string, RolloutEvent>;

type EventName = keyof typeof EVENTS;
interface Cell {
  readonly to: RolloutState;
  readonly effects: readonly RolloutEffect['type'][];
}
/** A state or an event without its cell does not compile. */
type Table = Record<RolloutState, Record<EventName, Cell>>;

const cell = (to: RolloutState, ...effects: RolloutEffect['type'][]): Cell => ({ to, effects });

/** A rollout that assigns nothing counts what it is told and does no more. */
const quiet = (state: RolloutState): Record<EventName, Cell> => ({
  prepared: cell(state),
  start: cell(state),
  pause: cell(state),
  resume: cell(state),
  'abort keep': cell('aborted', 'dismiss'),
  'abort revert': cell('aborted', 'dismiss', 'revert'),
  picked: cell(state),
  'picked nobody': cell(state),
  heard: cell(state),
  'reported failed': cell(state),
  gone: cell(state),
  deadline: cell(state),
  left: cell(state),
  tick: cell(state),
  approve: cell(state),
  'approve another wave': cell(state),
  guard: cell(state),
  update: cell(state),
  joined: cell(state),
  unwell: cell(state),
});

const TABLE: Table = {
  preparing: { ...quiet('preparing'), prepared: cell('running', 'supersede', 'pick') },
  draft: { ...quiet('draft'), start: cell('running', 'supersede', 'pick') },
  scheduled: {
    ...quiet('scheduled'),
    start: cell('running', 'supersede', 'pick'),
    tick: cell('running', 'supersede', 'pick'),
    pause: cell('paused'),
  },
  running: {
    prepared: cell('running'),
    start: cell('running'),
    pause: cell('paused'),
    resume: cell('running'),
    'abort keep': cell('aborted', 'dismiss'),
    'abort revert': cell('aborted', 'dismiss', 'revert'),
    picked: cell('running', 'assign'),
    'picked nobody': cell('running'),
    heard: cell('running', 'pick'),
    'reported failed': cell('halted'),
    gone: cell('running'),
    deadline: cell('halted'),
    left: cell('running', 'pick'),
    tick: cell('running', 'pick'),
    approve: cell('running'),
    'approve another wave': cell('running'),
    guard: cell('running'),
    update: cell('running', 'pick'),
    joined: cell('running', 'pick'),
    unwell: cell('halted'),
  },
  paused: {
    ...quiet('paused'),
    resume: cell('running', 'pick'),
    'reported failed': cell('halted'),
    deadline: cell('halted'),
    unwell: cell('halted'),
  },
  halted: { ...quiet('halted'), resume: cell('running', 'pick') },
  awaiting_approval: {
    ...quiet('awaiting_approval'),
    pause: cell('paused'),
    resume: cell('running', 'pick'),
    approve: cell('running', 'pick'),
    'reported failed': cell('halted'),
    deadline: cell('halted'),
    unwell: cell('halted'),
  },
  completed: {
    ...quiet('completed'),
    'abort keep': cell('completed'),
    'abort revert': cell('completed'),
    picked: cell('completed', 'assign'),
    heard: cell('completed', 'pick'),
    'reported failed': cell('halted'),
    deadline: cell('halted'),
    left: cell('completed', 'pick'),
    tick: cell('completed', 'pick'),
    joined: cell('completed', 'pick'),
    unwell: cell('halted'),
  },
  aborted: { ...quiet('aborted'), 'abort keep': cell('aborted'), 'abort revert': cell('aborted') },
};

describe('the table of rollout states', () => {
  for (const state of ROLLOUT_STATES)
    for (const [name, event] of Object.entries(EVENTS))
      test(`${state} · ${name}`, () => {
        const header = headerIn(state, [pending, waiting, flying, memberIn('soaking')], { isDynamic: true });
        const [wave] = header.waves;
        const strict = { ...header, waves: wave ? [{ ...wave, gate: { ...wave.gate, maxFailures: 0 } }] : [] };
        const next = step(strict, event, env);
        const expected = TABLE[state][name as EventName];
        expect({ to: next.rollout.state, effects: next.effects.map(({ type }) => type) }).toEqual(expected);
      });
});

test('a rollout that is to stay a draft is one when it is prepared', () => {
  const header = headerIn('preparing', [pending], { startsWhenPrepared: false });
  const { rollout, effects } = step(header, { type: 'prepared' }, env);
  expect([rollout.state, effects]).toEqual(['draft', []]);
  expect(rollout).not.toHaveProperty('startsWhenPrepared');
});

describe('slots (R1)', () => {
  test('are given out up to the cap, whatever was picked', () => {
    const header = headerIn('running', [pending, pending, flying], { maxInFlight: 2 });
    const picked = [pending, pending].map((member) => ({ member, isOnline: true, attempt: 1, generation: 1 }));
    const next = step(header, { type: 'picked', isBorrowing: false, picked }, env);
    expect(next.rollout.waves[0]?.counts).toMatchObject({ in_flight: 2, pending: 1 });
  });
  test('are asked for only as far as they are free', () => {
    const header = headerIn('paused', [pending, pending, pending, flying], { maxInFlight: 3 });
    const next = step(header, { type: 'resume' }, env);
    expect(next.effects).toEqual([{ type: 'pick', fromWave: 0, throughWave: 0, count: 2, isBorrowing: false }]);
  });
});
