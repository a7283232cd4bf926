import type { DesiredWorkload } from '@wherry/protocol';
import { expect, test } from 'vitest';
import type { DeltaKnowledge } from '../budget/link-budget.ts';
import type { Env } from './env.ts';
import { HOLD_LOOK_MS } from './hold.ts';
import { type Deployment, restore } from './state.ts';
import { statusOf } from './status.ts';
import { step } from './step.ts';
import { CHANGE_TICKET, deploymentIn, ENV, factsOf, workloadOf } from './testing/states.ts';

/** Waiting for a window or a link: what is told, what ends it, and what it survives. */
const WINDOW = { cron: '0 2 * * *', durationMs: 3_600_000 };
const DAY = Date.UTC(2026, 10, 21);
const at = (hour: number, patch: Partial<Env> = {}): Env => ({ ...ENV, nowMs: DAY + hour * 3_600_000, ...patch });
const INSIDE = at(2.5);
const OUTSIDE = at(1.75);

function deployment(phase: 'waiting' | 'downloading' | 'staged', patch: Partial<DesiredWorkload> = {}): Deployment {
  const state = deploymentIn(phase);
  const workload = workloadOf('b', { window: WINDOW, ...patch });
  return { ...state, record: { ...state.record, target: { ...state.record.target, workload } } };
}

const prepared = { type: 'prepared', ticket: CHANGE_TICKET, runtime: 'wasm' } as const;
const blobFailed = (ticket: number, code: 'download_failed' | 'download_budget_spent') =>
  ({ type: 'blob_failed', ticket, code, message: '', isFinal: false }) as const;
const kinds = (after: ReturnType<typeof step>) => [after.state?.record.phase, ...after.effects.map(({ kind }) => kind)];
const live = (after: ReturnType<typeof step>) => after.state ?? expect.fail('it is gone');
const lookAgain = (state: Deployment, env: Env) =>
  step(state, { type: 'timer', lane: 'change', ticket: state.change.ticket }, env);

test('what is prepared outside of the window waits in staged and says until when', () => {
  const held = step(deployment('staged'), prepared, OUTSIDE);
  expect(kinds(held)).toEqual(['staged', 'setTimer', 'report']);
  expect(statusOf(live(held))).toMatchObject({
    state: 'staged',
    code: 'outside_window',
    message: 'waits for its window "0 2 * * *", which opens 2026-11-21 02:00 +00:00',
  });
  expect(kinds(step(deployment('staged'), prepared, INSIDE))).toEqual(['activating', 'stop', 'start']);
});

test('it looks again once a minute, tells nothing twice, and goes on when the window opens', () => {
  let state = live(step(deployment('staged'), prepared, OUTSIDE));
  for (let minute = 1; minute < 15; minute += 1) {
    const again = lookAgain(state, at(1.75 + minute / 60));
    expect(again.effects).toMatchObject([{ kind: 'setTimer', delayMs: HOLD_LOOK_MS }]);
    expect(again.state?.record).toBe(state.record);
    state = live(again);
  }
  expect(kinds(lookAgain(state, at(2)))).toEqual(['staged', 'prepare']);
});

test.each([
  ['ahead into the window', at(26.5), ['staged', 'prepare']],
  ['back out of it', at(-100), ['staged', 'setTimer']],
])('a clock that is set %s is believed at the next look', (_, env, expected) => {
  const held = live(step(deployment('staged'), prepared, OUTSIDE));
  expect(kinds(lookAgain(held, env))).toEqual(expected);
});

test('restarts outside of the window use up no transitions; one inside goes on', () => {
  let state = deployment('staged');
  for (let boots = 0; boots < 100; boots += 1) {
    const after = step(restore(state.record), { type: 'boot' }, OUTSIDE);
    expect(kinds(after)).toEqual(['staged', 'start', 'setTimer', 'report']);
    state = live(after);
  }
  expect(state.record.transitions).toBe(deployment('staged').record.transitions);
  expect(kinds(step(restore(state.record), { type: 'boot' }, INSIDE))).toEqual(['staged', 'start', 'prepare']);
});

test('a trial that has begun is finished after a restart, in or outside of the window', () => {
  const trial = deploymentIn('probing');
  const target = { ...trial.record.target, workload: workloadOf('b', { window: WINDOW }) };
  const record = { ...trial.record, target };
  expect(kinds(step(restore(record), { type: 'boot' }, OUTSIDE))).toEqual(['activating', 'start']);
});

test('an explicit rollback waits for no window', () => {
  const state = deployment('staged', { rollback: true });
  expect(kinds(step(state, prepared, OUTSIDE))).toEqual(['activating', 'stop', 'start']);
});

test('an update that fails is put back at once, whatever the window says', () => {
  const trial = deploymentIn('probing');
  const target = { ...trial.record.target, workload: workloadOf('b', { window: WINDOW }) };
  const sick = {
    ...trial,
    record: { ...trial.record, target },
    run: { ...trial.run, health: { ...trial.run.health, crashes: 1 } },
  };
  const crash = { type: 'crashed', ticket: trial.run.ticket, code: 'guest_error', message: 'it broke' } as const;
  expect(live(step(sick, crash, OUTSIDE)).record.phase).toBe('reverting');
});

test('another window, or none, ends the wait at once', () => {
  const held = live(step(deployment('staged'), prepared, OUTSIDE));
  const want = (patch: Partial<DesiredWorkload>) =>
    step(held, { type: 'desired', workload: workloadOf('b', patch), failedAttempt: null }, OUTSIDE);
  expect(kinds(want({}))).toEqual(['staged', 'prepare']);
  expect(kinds(want({ window: { ...WINDOW, cron: '0 1 * * *' } }))).toEqual(['staged', 'prepare']);
  expect(kinds(want({ window: { ...WINDOW, cron: '0 4 * * *' } }))).toEqual(['staged', 'setTimer']);
});

test('downloading is allowed ahead of the window unless the terms say otherwise', () => {
  const want = (patch: Partial<DesiredWorkload>) => {
    const workload = workloadOf('c', { window: WINDOW, ...patch });
    return step(deploymentIn('healthy'), { type: 'desired', workload, failedAttempt: null }, OUTSIDE);
  };
  expect(kinds(want({}))).toEqual(['waiting', 'fetchRelease']);
  const held = want({ download: { outsideWindow: false } });
  expect(kinds(held)).toEqual(['waiting', 'setTimer', 'report']);
  expect(kinds(lookAgain(live(held), at(2)))).toEqual(['waiting', 'fetchRelease']);
});

const link = (leftBytes: number | null, presentBytes = 0): Partial<Env> => ({
  link: {
    name: 'wwan0',
    isMetered: true,
    leftBytes,
    renewsAtMs: Date.UTC(2026, 11, 1),
    presentBytes: { [factsOf(2).variants[0]?.artifact?.digest ?? '']: presentBytes },
  },
});

test('a download above the budget of the link waits, for weeks if need be, and begins when it fits', () => {
  const fetched = { type: 'release_fetched', ticket: CHANGE_TICKET, facts: factsOf(2) } as const;
  let state = live(step(deployment('waiting'), fetched, at(2.5, link(999))));
  expect(statusOf(state)).toMatchObject({ state: 'waiting', code: 'download_budget_spent' });
  const { transitions } = state.record;
  for (let look = 0; look < 100; look += 1) state = live(lookAgain(state, at(2.5 + look, link(999))));
  state = live(step(restore(state.record), { type: 'boot' }, at(3, link(999))));
  expect(state.record.transitions).toBe(transitions);
  expect(kinds(lookAgain(state, at(3, link(1_000))))).toEqual(['waiting', 'fetchRelease']);
  expect(kinds(step(deployment('waiting'), fetched, at(2.5, link(1, 999))))).toEqual(['downloading', 'fetchBlob']);
});

test('a delta that fits, or may fit, ends the wait for the month; one that does not is waited for without a fault', () => {
  const fetched = { type: 'release_fetched', ticket: CHANGE_TICKET, facts: factsOf(2) } as const;
  const digest = factsOf(2).variants[0]?.artifact?.digest ?? '';
  const withDelta = (delta: DeltaKnowledge) => {
    const around = link(100);
    return at(2.5, { link: { ...around.link, deltas: { [digest]: delta } } as Env['link'] & {} });
  };
  const from = (delta: DeltaKnowledge) => step(deployment('waiting'), fetched, withDelta(delta));
  expect(kinds(from('none'))).toEqual(['waiting', 'setTimer', 'report']);
  expect(kinds(from(101))).toEqual(['waiting', 'setTimer', 'report']);
  expect(kinds(from(100))).toEqual(['downloading', 'fetchBlob']);
  const asked = live(from('unknown'));
  expect(asked.record.phase).toBe('downloading');
  const refused = blobFailed(asked.change.ticket, 'download_budget_spent');
  const held = step(asked, refused, withDelta(101));
  expect(kinds(held)).toEqual(['downloading', 'setTimer', 'report']);
  expect(statusOf(live(held))).toMatchObject({ state: 'downloading', code: 'download_budget_spent' });
  expect(live(held).change.failures).toBe(0);
  expect(kinds(lookAgain(live(held), withDelta(100)))).toEqual(['downloading', 'fetchBlob']);
});

test('a download that broke off is not begun again over a link that may not carry it', () => {
  const failed = blobFailed(CHANGE_TICKET, 'download_failed');
  const forbidden = deployment('downloading', { download: { metered: false } });
  const retrying = live(step(forbidden, failed, at(2.5)));
  const held = lookAgain(retrying, at(2.5, link(null)));
  expect(kinds(held)).toEqual(['downloading', 'setTimer', 'report']);
  expect(statusOf(live(held))).toMatchObject({ state: 'downloading', code: 'metered_forbidden' });
  expect(kinds(lookAgain(live(held), at(2.5)))).toEqual(['downloading', 'fetchBlob']);
});

test('a blob that a neighbour may have is asked for there first, and the wait is told until its first byte', () => {
  const fetched = { type: 'release_fetched', ticket: CHANGE_TICKET, facts: factsOf(2) } as const;
  const digest = factsOf(2).variants[0]?.artifact?.digest ?? '';
  const near = (mayHave: boolean) =>
    at(2.5, { link: { ...link(0).link, near: { [digest]: mayHave } } as Env['link'] & {} });
  const asking = step(deployment('waiting'), fetched, near(true));
  expect(kinds(asking)).toEqual(['downloading', 'fetchBlob']);
  const none = (of: Deployment) => blobFailed(of.change.ticket, 'download_budget_spent');
  const held = step(live(asking), none(live(asking)), near(false));
  expect(kinds(held)).toEqual(['downloading', 'setTimer', 'report']);
  expect(lookAgain(live(held), near(false)).effects).toMatchObject([{ kind: 'setTimer', delayMs: HOLD_LOOK_MS }]);

  const again = lookAgain(live(held), near(true));
  expect(kinds(again)).toEqual(['downloading', 'fetchBlob']);
  expect(statusOf(live(again))).toMatchObject({ state: 'downloading', code: 'download_budget_spent' });
  expect(kinds(step(live(again), none(live(again)), near(false)))).toEqual(['downloading', 'setTimer']);

  const begun = live(step(live(again), { type: 'blob_begun', ticket: live(again).change.ticket }, near(true)));
  expect(statusOf(begun)).not.toHaveProperty('code');
  expect(begun.record).toBe(live(held).record);
  expect(kinds(step(begun, none(begun), near(false)))).toEqual(['downloading', 'setTimer', 'report']);
});

test('what has gone on does not say any more that it waits', () => {
  const held = live(step(deployment('staged'), prepared, OUTSIDE));
  const preparing = live(lookAgain(held, INSIDE));
  expect(statusOf(preparing)).not.toHaveProperty('code');
  const activating = live(step(preparing, { ...prepared, ticket: preparing.change.ticket }, INSIDE));
  expect([activating.record.phase, statusOf(activating).code]).toEqual(['activating', undefined]);
  const failed = blobFailed(CHANGE_TICKET, 'download_failed');
  const retrying = live(lookAgain(live(step(deployment('downloading'), failed, INSIDE)), INSIDE));
  const staged = live(step(retrying, { type: 'blob_fetched', ticket: retrying.change.ticket }, INSIDE));
  expect([staged.record.phase, statusOf(staged).code]).toEqual(['staged', undefined]);
});
