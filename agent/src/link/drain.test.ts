import { expect, test } from 'vitest';
import { step } from './drain.ts';
import { type DrainEffect, type DrainEvent, type DrainState, IDLE_DRAIN } from './drain-state.ts';
import type { OutboxRow } from './port.ts';

const policy = {
  windowMessages: 2,
  resendAfterMs: 1_000,
  resendCapMs: 4_000,
  burstMessages: 4,
  messagesPerSecond: 2,
};

function rows(boot: string, ...seqs: number[]): OutboxRow[] {
  return seqs.map((seq) => ({
    boot,
    seq,
    firstSeq: seq,
    atMs: 0,
    entry: { kind: 'report', body: { type: 'event', severity: 'info', name: 'tick', message: String(seq) } },
  }));
}

function run(events: readonly DrainEvent[], from: DrainState = IDLE_DRAIN) {
  let state = from;
  let effects: readonly DrainEffect[] = [];
  for (const event of events) ({ state, effects } = step(state, event, policy));
  return { state, effects };
}

const sent = (effects: readonly DrainEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.rows.map((row) => row.seq)] : []));
const UP: DrainEvent = { kind: 'up', atMs: 0, holdMs: 0 };

test('nothing is sent while the session is down', () => {
  expect(run([{ kind: 'pump', atMs: 0, batches: [rows('a', 1)] }]).effects).toEqual([]);
});

test('the window bounds what is not acknowledged', () => {
  const { state, effects } = run([UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1), rows('a', 2), rows('a', 3)] }]);
  expect(sent(effects)).toEqual([[1], [2]]);
  expect(state.position).toEqual({ boot: 'a', seq: 2 });
  expect(effects.at(-1)).toEqual({ kind: 'wake', atMs: 1_000 });
});

test('an acknowledgement opens the window and empties the outbox', () => {
  const before: DrainEvent[] = [UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1), rows('a', 2)] }];
  const { state, effects } = run([...before, { kind: 'ack', boot: 'a', upTo: 1 }]);
  expect(effects).toContainEqual({ kind: 'acknowledge', boot: 'a', upTo: 1 });
  expect(state.inFlight.map((flight) => flight.upTo)).toEqual([2]);
});

test('nobody can acknowledge what was not sent', () => {
  const before: DrainEvent[] = [UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1, 2)] }];
  expect(run([...before, { kind: 'ack', boot: 'a', upTo: 1_000_000 }]).effects).toContainEqual({
    kind: 'acknowledge',
    boot: 'a',
    upTo: 2,
  });
  expect(run([...before, { kind: 'ack', boot: 'b', upTo: 1_000_000 }]).effects).toEqual([]);
});

test('without an acknowledgement the drain goes back to the oldest row, more patient each time', () => {
  let { state } = run([UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1)] }]);
  const waits: number[] = [];
  let atMs = 0;
  for (let round = 0; round < 4; round += 1) {
    const wake = step(state, { kind: 'pump', atMs, batches: [] }, policy).effects.at(-1);
    if (wake?.kind !== 'wake') throw new Error('the drain must wake itself');
    waits.push(wake.atMs - atMs);
    atMs = wake.atMs;
    const rewind = step(state, { kind: 'pump', atMs, batches: [rows('a', 2)] }, policy);
    expect(sent(rewind.effects)).toEqual([]);
    expect(rewind.state.position).toBeNull();
    const again = step(rewind.state, { kind: 'pump', atMs, batches: [rows('a', 1)] }, policy);
    expect(sent(again.effects)).toEqual([[1]]);
    state = again.state;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 4_000]);
});

test('the bucket bounds the rate after a burst', () => {
  let state = run([UP]).state;
  let count = 0;
  for (let atMs = 0; atMs <= 10_000; atMs += 100) {
    const next = step(state, { kind: 'pump', atMs, batches: [rows('a', count + 1)] }, policy);
    count += sent(next.effects).length;
    state = step(next.state, { kind: 'ack', boot: 'a', upTo: count }, policy).state;
  }
  expect(count).toBe(4 + 20);
});

test('after a long time away the first message waits and there is no burst', () => {
  const { state } = run([{ kind: 'up', atMs: 0, holdMs: 5_000 }]);
  const early = step(state, { kind: 'pump', atMs: 4_999, batches: [rows('a', 1)] }, policy);
  expect(early.effects).toEqual([{ kind: 'wake', atMs: 5_000 }]);
  const batches = [rows('a', 1), rows('a', 2)];
  const late = step(early.state, { kind: 'pump', atMs: 5_000, batches }, policy);
  expect(sent(late.effects)).toEqual([[1]]);
  expect(late.effects.at(-1)).toEqual({ kind: 'wake', atMs: 5_500 });
});

test('a lost session starts again at the oldest row', () => {
  const { state } = run([UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1)] }, { kind: 'down' }]);
  expect(state).toMatchObject({ isUp: false, inFlight: [], position: null, rewinds: 0 });
});

const TWO_TIMEOUTS: DrainEvent[] = [
  UP,
  { kind: 'pump', atMs: 0, batches: [rows('a', 500, 501)] },
  { kind: 'pump', atMs: 1_000, batches: [] },
  { kind: 'pump', atMs: 1_000, batches: [rows('a', 500, 501)] },
];

test('a server that forgot numbers which the outbox no longer has is told so', () => {
  const events: DrainEvent[] = [
    { kind: 'ack', boot: 'a', upTo: 299 },
    { kind: 'pump', atMs: 3_000, batches: [] },
  ];
  const { effects } = run([...TWO_TIMEOUTS, ...events]);
  expect(effects[0]).toEqual({ kind: 'explain', boot: 'a', firstSeq: 300, seq: 499, why: 'forgotten' });
});

test('an acknowledgement that was only late is not taken for a gap', () => {
  const { state, effects } = run([
    UP,
    { kind: 'pump', atMs: 0, batches: [rows('a', 500, 501)] },
    { kind: 'ack', boot: 'a', upTo: 299 },
    { kind: 'pump', atMs: 1_000, batches: [] },
  ]);
  expect(effects).toEqual([{ kind: 'wake', atMs: 1_000 }]);
  // The same word again after the rewind, and only then, would be news.
  const again = step(state, { kind: 'pump', atMs: 1_000, batches: [rows('a', 500, 501)] }, policy).state;
  expect(step(again, { kind: 'pump', atMs: 3_000, batches: [] }, policy).effects).toEqual([
    { kind: 'wake', atMs: 3_000 },
  ]);
});

test('a server that is only slow is not told anything', () => {
  const events: DrainEvent[] = [
    { kind: 'ack', boot: 'a', upTo: 499 },
    { kind: 'pump', atMs: 3_000, batches: [] },
  ];
  expect(run([...TWO_TIMEOUTS, ...events]).effects).toEqual([{ kind: 'wake', atMs: 3_000 }]);
});

const PUMP_TWO: DrainEvent[] = [UP, { kind: 'pump', atMs: 0, batches: [rows('a', 1, 2), rows('a', 3)] }];
const refused = (firstSeq: number, seq: number, upTo = 0): DrainEvent => ({
  kind: 'ack',
  boot: 'a',
  upTo,
  refused: { firstSeq, seq },
});

test('rows of a message that the server does not understand go out one by one', () => {
  const { state, effects } = run([...PUMP_TWO, refused(1, 2)]);
  expect(effects).toEqual([{ kind: 'wake', atMs: 0 }]);
  const again = step(state, { kind: 'pump', atMs: 0, batches: [rows('a', 1, 2), rows('a', 3)] }, policy);
  expect(sent(again.effects)).toEqual([[1], [2]]);
  expect(again.state.isCareful).toBe(true);
});

test('a row that is refused alone is explained once, however often that is said', () => {
  const careful = run([...PUMP_TWO, refused(1, 2), { kind: 'pump', atMs: 0, batches: [rows('a', 1, 2)] }]).state;
  const told = step(careful, refused(2, 2, 1), policy);
  expect(told.effects).toContainEqual({ kind: 'explain', boot: 'a', firstSeq: 2, seq: 2, why: 'refused' });
  expect(step(told.state, refused(2, 2, 1), policy).effects).not.toContainEqual(told.effects.at(-1));
  // The explanation is stored in its place.
  const over = step(told.state, { kind: 'ack', boot: 'a', upTo: 2 }, policy);
  expect(over.effects).toContainEqual({ kind: 'acknowledge', boot: 'a', upTo: 2 });
  expect(over.state).toMatchObject({ inFlight: [], isCareful: false });
});

test.each([
  ['numbers that are not on their way', refused(7, 9)],
  ['another start', { ...refused(1, 2), boot: 'b' }],
])('a refusal of %s changes nothing', (_, event) => {
  const before = run(PUMP_TWO).state;
  const { state, effects } = step(before, event, policy);
  expect(effects).toEqual([]);
  expect({ ...state, heard: null }).toEqual({ ...before, heard: null });
});

test('a refusal of several numbers gives up none of them, however often it is repeated', () => {
  const careful = run([...PUMP_TWO, refused(1, 2), { kind: 'pump', atMs: 0, batches: [rows('a', 1, 2)] }]).state;
  expect(step(careful, refused(1, 2), policy)).toEqual({
    state: { ...careful, heard: { boot: 'a', upTo: 0 } },
    effects: [],
  });
});

test('an acknowledgement that is repeated for hours gives up nothing', () => {
  let { state } = run([UP]);
  for (let atMs = 0; atMs < 7_200_000; atMs += 500) {
    const pumped = step(state, { kind: 'pump', atMs, batches: state.position === null ? [rows('a', 5)] : [] }, policy);
    const again = step(pumped.state, { kind: 'ack', boot: 'a', upTo: 4 }, policy);
    state = again.state;
    const effects = [...pumped.effects, ...again.effects].map(({ kind }) => kind);
    expect(effects).not.toContain('explain');
  }
  expect(state.inFlight.map(({ upTo }) => upTo)).toEqual([5]);
});

test('the drain remembers what it sent of the last boots only', () => {
  let { state } = run([UP]);
  for (let boot = 0; boot < 40; boot += 1) {
    const name = `boot${boot}`;
    state = step(state, { kind: 'pump', atMs: boot * 500, batches: [rows(name, 1)] }, policy).state;
    state = step(state, { kind: 'ack', boot: name, upTo: 1 }, policy).state;
  }
  expect(Object.keys(state.sentUpTo)).toHaveLength(16);
});
