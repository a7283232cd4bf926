import { DEPLOYMENT_STATES, type DeploymentState } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { EventType, LifecycleEvent } from './events.ts';
import { step } from './step.ts';
import { CHANGE_TICKET, deploymentIn, ENV, factsOf, RUN_TICKET, workloadOf } from './testing/states.ts';

/** What each event does in each state, with a last good release. `-`: nothing. Otherwise the next state and the effects, in order. */
type Cell = '-' | readonly [DeploymentState | 'gone', ...string[]];
type EventName =
  // Revocation, wherever it meets a release: revoked.test.ts.
  | Exclude<EventType, 'timer' | 'desired' | 'revoked'>
  | 'desired_new'
  | 'desired_none'
  | 'timer_change'
  | 'timer_run'
  | 'late';

const trouble = { code: 'guest_error', message: 'it broke' } as const;
const change = { ticket: CHANGE_TICKET };
const run = { ticket: RUN_TICKET };
const EVENTS: { readonly [N in EventName]: LifecycleEvent } = {
  desired_new: { type: 'desired', workload: workloadOf('c'), failedAttempt: null },
  desired_none: { type: 'desired', workload: null, failedAttempt: null },
  release_fetched: { type: 'release_fetched', ...change, facts: factsOf(2) },
  release_failed: { type: 'release_failed', ...change, code: 'key_unknown', message: 'no', isFinal: true },
  blob_begun: { type: 'blob_begun', ...change },
  blob_fetched: { type: 'blob_fetched', ...change },
  blob_failed: { type: 'blob_failed', ...change, code: 'download_failed', message: 'no', isFinal: false },
  prepared: { type: 'prepared', ...change, runtime: 'wasm' },
  refused: { type: 'refused', ...change, code: 'import_refused', message: 'no' },
  started: { type: 'started', ...run },
  start_failed: { type: 'start_failed', ...run, ...trouble },
  probe_passed: { type: 'probe_passed', ...run },
  probe_failed: { type: 'probe_failed', ...run, ...trouble },
  crashed: { type: 'crashed', ...run, ...trouble },
  ended: { type: 'ended', ...run, exitCode: 0 },
  moved: { type: 'moved', ...run },
  move_failed: { type: 'move_failed', ...run, ...trouble, isFinal: true },
  timer_change: { type: 'timer', lane: 'change', ...change },
  timer_run: { type: 'timer', lane: 'run', ...run },
  restart: { type: 'restart' },
  boot: { type: 'boot' },
  late: { type: 'started', ticket: 1 },
};

const FRESH = ['waiting', 'fetchRelease'] as const;
const CANCELLED = ['waiting', 'cancelChange', 'fetchRelease'] as const;
const UNTRIED = ['waiting', 'cancelChange', 'stop', 'start', 'fetchRelease'] as const;
const GONE = ['gone', 'cancelChange', 'stop', 'forget', 'report', 'collectGarbage'] as const;
/** Confirmed workloads, whatever is under way beside them. */
const steady = (state: DeploymentState) =>
  ({
    started: '-',
    start_failed: '-',
    probe_passed: [state, 'setTimer'],
    probe_failed: [state, 'setTimer'],
    crashed: [state, 'stop', 'setTimer', 'report'],
    ended: [state, 'stop', 'setTimer', 'report'],
    timer_run: [state, 'probe'],
    restart: [state, 'stop', 'start'],
    late: '-',
  }) as const;
/** Only where a swap is under way: swap.test.ts. */
const noMove = { moved: '-', move_failed: '-' } as const;
const noChange = {
  release_fetched: '-',
  release_failed: '-',
  // Ends a wait: hold.test.ts.
  blob_begun: '-',
  blob_fetched: '-',
  blob_failed: '-',
  prepared: '-',
  refused: '-',
  timer_change: '-',
  ...noMove,
} as const;

const TABLE: { readonly [S in DeploymentState]: { readonly [N in EventName]: Cell } } = {
  waiting: {
    ...noChange,
    ...steady('waiting'),
    desired_new: CANCELLED,
    desired_none: GONE,
    release_fetched: ['downloading', 'fetchBlob'],
    release_failed: ['rejected', 'report', 'collectGarbage'],
    timer_change: ['waiting', 'fetchRelease'],
    boot: ['waiting', 'stop', 'start', 'fetchRelease'],
  },
  downloading: {
    ...noChange,
    ...steady('downloading'),
    desired_new: CANCELLED,
    desired_none: GONE,
    blob_fetched: ['staged', 'prepare'],
    blob_failed: ['downloading', 'setTimer', 'report'],
    timer_change: ['downloading', 'fetchBlob'],
    boot: ['downloading', 'stop', 'start', 'fetchBlob'],
  },
  staged: {
    ...noChange,
    ...steady('staged'),
    desired_new: CANCELLED,
    desired_none: GONE,
    prepared: ['activating', 'stop', 'start'],
    refused: ['staged', 'prepare'],
    timer_change: ['staged', 'prepare'],
    boot: ['staged', 'stop', 'start', 'prepare'],
  },
  activating: {
    ...noChange,
    desired_new: UNTRIED,
    desired_none: GONE,
    started: ['probing', 'bindTriggers', 'setTimer', 'report'],
    start_failed: ['activating', 'stop', 'setTimer'],
    probe_passed: '-',
    probe_failed: '-',
    crashed: ['activating', 'stop', 'setTimer'],
    ended: ['activating', 'stop', 'setTimer'],
    timer_run: '-',
    restart: ['activating', 'stop', 'start'],
    boot: ['activating', 'stop', 'start'],
    late: '-',
  },
  probing: {
    ...noChange,
    desired_new: UNTRIED,
    desired_none: GONE,
    started: '-',
    start_failed: '-',
    probe_passed: ['probing', 'setTimer'],
    probe_failed: ['probing', 'setTimer'],
    crashed: ['probing', 'stop', 'setTimer'],
    ended: ['probing', 'stop', 'setTimer'],
    timer_run: ['probing', 'probe'],
    restart: ['probing', 'stop', 'start'],
    boot: ['activating', 'stop', 'start'],
    late: '-',
  },
  healthy: {
    ...noChange,
    ...steady('healthy'),
    desired_new: FRESH,
    desired_none: GONE,
    boot: ['healthy', 'stop', 'start'],
  },
  reverting: {
    ...noChange,
    desired_new: FRESH,
    desired_none: GONE,
    started: ['reverted', 'bindTriggers', 'setTimer', 'report'],
    start_failed: ['reverting', 'stop', 'setTimer', 'report'],
    probe_passed: '-',
    probe_failed: '-',
    crashed: ['reverting', 'stop', 'setTimer', 'report'],
    ended: ['reverting', 'stop', 'setTimer', 'report'],
    timer_run: '-',
    restart: ['reverting', 'stop', 'start'],
    boot: ['reverting', 'stop', 'start'],
    late: '-',
  },
  reverted: {
    ...noChange,
    ...steady('reverted'),
    desired_new: FRESH,
    desired_none: GONE,
    boot: ['reverted', 'stop', 'start'],
  },
  rejected: {
    ...noChange,
    ...steady('rejected'),
    desired_new: FRESH,
    desired_none: GONE,
    boot: ['rejected', 'stop', 'start'],
  },
  failed: {
    ...noChange,
    ...steady('failed'),
    desired_new: FRESH,
    desired_none: GONE,
    boot: ['failed', 'stop', 'start'],
  },
};

describe.each(DEPLOYMENT_STATES)('in %s', (state) => {
  test.each(Object.keys(EVENTS) as EventName[])('%s', (name) => {
    const before = deploymentIn(state);
    const { state: after, effects } = step(before, EVENTS[name], ENV);
    const seen = [after === null ? 'gone' : after.record.phase, ...effects.map((effect) => effect.kind)];
    const isNothing = after === before && effects.length === 0;
    expect(isNothing ? '-' : seen).toEqual(TABLE[state][name]);
  });
});

test('an app that is not known begins with its desired workload only', () => {
  for (const [name, event] of Object.entries(EVENTS)) {
    const { state, effects } = step(null, event, ENV);
    if (name === 'desired_new')
      expect([state?.record.phase, ...effects.map((e) => e.kind)]).toEqual(['waiting', 'fetchRelease']);
    else expect({ state, effects }).toEqual({ state: null, effects: [] });
  }
});

test('the event table names every type of event', () => {
  const named = new Set(Object.values(EVENTS).map((event) => event.type));
  const all = {
    desired: 1,
    release_fetched: 1,
    release_failed: 1,
    blob_begun: 1,
    blob_fetched: 1,
    blob_failed: 1,
    prepared: 1,
    refused: 1,
    started: 1,
    start_failed: 1,
    probe_passed: 1,
    probe_failed: 1,
    crashed: 1,
    ended: 1,
    moved: 1,
    move_failed: 1,
    timer: 1,
    restart: 1,
    boot: 1,
  } satisfies Record<Exclude<EventType, 'revoked'>, 1>;
  expect([...named].sort()).toEqual(Object.keys(all).sort());
});

test('an answer to a removed deployment is not taken for one to its successor', () => {
  const first = step(null, EVENTS.desired_new, ENV).state;
  const lastTicket = first?.lastTicket ?? 0;
  const second = step(null, EVENTS.desired_new, { ...ENV, lastTicket }).state;
  const late = step(second, { type: 'release_fetched', ticket: lastTicket, facts: factsOf(2) }, ENV);
  expect(late).toEqual({ state: second, effects: [] });
});

test('a release that soaked long enough becomes the last good one', () => {
  const before = deploymentIn('probing');
  const { state, effects } = step(before, EVENTS.probe_passed, { ...ENV, uptimeMs: ENV.uptimeMs + 1_000 });
  expect(state?.record).toMatchObject({ phase: 'healthy', good: { workload: workloadOf('b') } });
  expect(effects.map((effect) => effect.kind)).toEqual(['report', 'collectGarbage', 'setTimer']);
});

test('the failure that reaches the bound puts the last good release back and quarantines the new one', () => {
  const before = deploymentIn('probing');
  const failedOnce = { ...before, run: { ...before.run, health: { ...before.run.health, probeFailures: 1 } } };
  const { state, effects } = step(failedOnce, EVENTS.probe_failed, ENV);
  expect(state?.record).toMatchObject({ phase: 'reverting', verdict: { code: 'health_failed' } });
  expect(effects.map((effect) => effect.kind)).toEqual(['stop', 'start', 'quarantine', 'report', 'collectGarbage']);
});

test('with nothing to go back to, it fails and nothing runs', () => {
  const before = deploymentIn('probing', { good: null });
  const failedOnce = { ...before, run: { ...before.run, health: { ...before.run.health, crashes: 1 } } };
  const { state, effects } = step(failedOnce, EVENTS.crashed, ENV);
  expect(state).toMatchObject({ record: { phase: 'failed', verdict: { code: 'crash_loop' } }, run: { who: null } });
  expect(effects.map((effect) => effect.kind)).toEqual(['stop', 'quarantine', 'report', 'collectGarbage']);
});

test('a one-shot program that ends with 0 is done; with anything else it failed', () => {
  const probing = deploymentIn('probing');
  const target = { ...probing.record.target, facts: factsOf(2, { isOneShot: true }) };
  const before = { ...probing, record: { ...probing.record, target } };
  expect(step(before, EVENTS.ended, ENV).state).toMatchObject({
    record: { phase: 'healthy' },
    run: { status: 'ended' },
  });
  const failed = step(before, { type: 'ended', ticket: RUN_TICKET, exitCode: 3 }, ENV);
  expect(failed.state).toMatchObject({ record: { phase: 'probing' }, run: { status: 'pausing', restarts: 1 } });
});

test('a confirmed program that keeps crashing is told once, stays healthy and is retried', () => {
  let state = deploymentIn('healthy');
  const told: string[] = [];
  for (let crash = 0; crash < 6; crash += 1) {
    const running = { ...state, run: { ...state.run, status: 'up' as const } };
    const next = step(running, { type: 'crashed', ticket: state.run.ticket, ...trouble }, ENV);
    for (const effect of next.effects) if (effect.kind === 'report') told.push(effect.name);
    if (next.state !== null) state = next.state;
  }
  expect(state).toMatchObject({
    record: { phase: 'healthy' },
    run: { status: 'pausing', trouble: { code: 'crash_loop' } },
  });
  expect(told).toEqual(['workload_crashed', 'crash_loop']);
});

test('a deployment that only ever sees reboots is given up within the bound', () => {
  let state = deploymentIn('activating', { transitions: 0 });
  let boots = 0;
  for (; state.record.phase === 'activating' && boots < 100; boots += 1) {
    const next = step({ ...state, run: { ...state.run, status: 'down' } }, { type: 'boot' }, ENV).state;
    if (next !== null) state = next;
  }
  expect(boots).toBeLessThan(28);
  expect(state.record).toMatchObject({ phase: 'reverting', verdict: { code: 'too_many_transitions' } });
});
