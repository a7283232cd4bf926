import { expect, test } from 'vitest';
import { swapOf } from '../swap-policy.ts';
import type { Effect } from './effects.ts';
import type { LifecycleEvent } from './events.ts';
import type { Deployment } from './state.ts';
import { step } from './step.ts';
import { CHANGE_TICKET, deploymentIn, ENV, factsOf, GOOD, RUN_TICKET, workloadOf } from './testing/states.ts';

/** A swap, event by event: what holds the triggers at each point, and what each failure leaves behind. */
const env = { ...ENV, device: { ...ENV.device, sideBySide: ['wasm'] as const } };
const trouble = { code: 'guest_error', message: 'it broke' } as const;

function staged(...[swap]: ['overlap' | 'restart' | undefined]): Deployment {
  const before = deploymentIn('staged');
  const target = { ...before.record.target, facts: factsOf(2, { swap }) };
  return { ...before, record: { ...before.record, target } };
}

const overlapping = () => staged('overlap');

function play(from: Deployment, ...events: readonly ((state: Deployment) => LifecycleEvent)[]) {
  let state = from;
  let effects: readonly Effect[] = [];
  for (const event of events) {
    const next = step(state, event(state), env);
    if (next.state === null) throw new Error('the app is gone');
    ({ state, effects } = { state: next.state, effects: next.effects });
  }
  return { state, kinds: effects.map(({ kind }) => kind), effects };
}

const prepared = () => ({ type: 'prepared', ticket: CHANGE_TICKET, runtime: 'wasm' }) as const;
const started = ({ run }: Deployment) => ({ type: 'started', ticket: run.ticket }) as const;
const passed = ({ run }: Deployment) => ({ type: 'probe_passed', ticket: run.ticket }) as const;
const failed = ({ run }: Deployment) => ({ type: 'probe_failed', ticket: run.ticket, ...trouble }) as const;
const moved = ({ run }: Deployment) => ({ type: 'moved', ticket: run.ticket }) as const;
const notMoved =
  (isFinal: boolean) =>
  ({ run }: Deployment) =>
    ({ type: 'move_failed', ticket: run.ticket, ...trouble, isFinal }) as const;
const timer = ({ run }: Deployment) => ({ type: 'timer', lane: 'run', ticket: run.ticket }) as const;
const crashed = ({ run }: Deployment) => ({ type: 'crashed', ticket: run.ticket, ...trouble }) as const;
const priorCrashed = () => ({ type: 'crashed', ticket: RUN_TICKET, ...trouble }) as const;

test('the target starts beside the last good release, proves itself, gets the triggers, and soaks from then on', () => {
  const beside = play(overlapping(), prepared);
  expect(beside.kinds).toEqual(['start']);
  expect(beside.state).toMatchObject({
    record: { phase: 'activating' },
    run: { who: 'target', status: 'starting', prior: RUN_TICKET },
  });
  const proving = play(beside.state, started);
  expect(proving.kinds).toEqual(['setTimer', 'report']);
  expect(proving.state).toMatchObject({ record: { phase: 'activating' }, run: { status: 'proving' } });
  const moving = play(proving.state, passed);
  expect(moving.effects).toMatchObject([{ kind: 'moveTriggers', from: RUN_TICKET }]);
  const up = play(moving.state, moved);
  expect(up.kinds).toEqual(['setTimer']);
  expect(up.state).toMatchObject({ record: { phase: 'probing' }, run: { status: 'up', prior: null } });
});

test.each([
  ['its release does not overlap', staged('restart'), env],
  ['its record does not say', staged(undefined), env],
  ['the runtime cannot hold two', overlapping(), ENV],
])('the old instance is ended first where %s', (_, before, device) => {
  const { effects } = step(before, prepared(), device);
  expect(effects.map(({ kind }) => kind)).toEqual(['stop', 'start']);
});

test.each([
  ['probes fail', [started, failed, timer, failed]],
  ['it crashes', [started, crashed, timer, started, crashed]],
  ['its state does not fit', [started, passed, notMoved(true)]],
  [
    'the move fails twice, with probes that pass in between',
    [started, passed, notMoved(false), passed, notMoved(false)],
  ],
])('when %s, the last good release has had its triggers all the time', (_, events) => {
  const end = play(overlapping(), prepared, ...events);
  expect(end.state).toMatchObject({
    record: { phase: 'reverted', good: { workload: GOOD.workload } },
    run: { who: 'good', status: 'up', ticket: RUN_TICKET, prior: null },
  });
  expect(end.kinds).toEqual(['dismiss', 'setTimer', 'report', 'quarantine', 'report', 'collectGarbage']);
});

test('a crash below the bound restarts the target alone', () => {
  const { state, kinds } = play(overlapping(), prepared, started, crashed);
  expect(kinds).toEqual(['dismiss', 'setTimer']);
  expect(state.run).toMatchObject({ status: 'pausing', prior: RUN_TICKET });
  expect(play(state, timer).kinds).toEqual(['start']);
});

test('when the last good release falls meanwhile, the target gets the triggers as soon as it is up', () => {
  const proving = play(overlapping(), prepared, started, priorCrashed);
  expect(proving.kinds).toEqual(['dismiss', 'bindTriggers', 'setTimer', 'report']);
  expect(proving.state).toMatchObject({ record: { phase: 'probing' }, run: { status: 'up', prior: null } });
  const starting = play(overlapping(), prepared, priorCrashed);
  expect(starting.kinds).toEqual(['dismiss', 'report']);
  expect(play(starting.state, started).kinds).toEqual(['bindTriggers', 'setTimer', 'report']);
});

test('another desired release dismisses the target; the answer of a move that was under way is late', () => {
  const moving = play(overlapping(), prepared, started, passed);
  const other = step(moving.state, { type: 'desired', workload: workloadOf('c'), failedAttempt: null }, env);
  expect(other.effects.map(({ kind }) => kind)).toEqual(['cancelChange', 'dismiss', 'setTimer', 'fetchRelease']);
  expect(other.state).toMatchObject({ record: { phase: 'waiting' }, run: { who: 'good', ticket: RUN_TICKET } });
  expect(step(other.state, moved(moving.state), env).effects).toEqual([]);
});

test('a program overlaps by default unless something cannot be had twice; its manifest decides otherwise', () => {
  const http = [{ on: 'http' as const, path: '/', methods: ['GET' as const] }];
  expect(swapOf({ triggers: http, capabilities: { kv: true } })).toBe('overlap');
  expect(swapOf({ triggers: http, capabilities: { dataBytes: 4096 } })).toBe('restart');
  expect(swapOf({ triggers: [...http, { on: 'start' }], capabilities: {} })).toBe('restart');
  expect(swapOf({ triggers: [{ on: 'start' }], capabilities: {}, swap: 'overlap' })).toBe('overlap');
  expect(swapOf({ triggers: http, capabilities: {}, swap: 'restart' })).toBe('restart');
});
