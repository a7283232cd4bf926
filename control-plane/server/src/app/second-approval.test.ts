import type { RolloutRequest } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';
import type { Caller } from './use-cases.ts';
import { wakeRollouts } from './wake-rollouts.ts';

let fleet: TestFleet;
let bob: Caller;
beforeEach(async () => {
  fleet = await openFleet();
  bob = { ...fleet.admin, operator: 'bob', principal: 'user/bob', role: 'operator' };
  const publisher = await fleet.publisher();
  for (const [index, version] of ['1.0.0', '2.0.0'].entries())
    await publisher.publish({ version, releaseCounter: index + 1 } as never);
  for (let index = 0; index < 10; index++) await (await fleet.claim(`pi-${index}`, { n: `n${index}` })).connect();
});
afterEach(() => fleet.close());

const ALL = [{ size: { share: 1 } }];
const above = async (aboveShare: number | null) =>
  expectOk(await useCases.setTenantSettings(fleet.context, fleet.admin, { body: { approvals: { aboveShare } } }));
const start = async (extra: Partial<RolloutRequest> | object = {}) => {
  const body = { app: 'thermostat', version: '1.0.0', soakMs: 0, waves: ALL, ...extra };
  return expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: body as never }));
};
const approve = (id: string, who: Caller, wave = 0) =>
  useCases.approveRollout(fleet.context, who, { params: { id }, body: { wave } } as never);
const look = async (id: string) =>
  expectOk(await useCases.getRollout(fleet.context, fleet.admin, { params: { id } as never }));
const inFlight = async (id: string) => (await look(id)).waves.reduce((n, { counts }) => n + (counts.in_flight ?? 0), 0);

test('a rollout above the share waits for another operator, and says for whom; its own operator is refused', async () => {
  await above(0.2);
  const { id } = await start();
  expect(await look(id)).toMatchObject({
    state: 'awaiting_approval',
    awaits: { wave: 0, otherThan: 'ada' },
    secondApproval: { aboveDevices: 2, requestedBy: 'ada', approvedBy: null, wave: 0 },
    waves: [{ approval: 'needed', state: 'awaiting_approval' }],
  });
  expect(codesOf(await approve(id, fleet.admin))).toEqual(['own_approval']);
  const resumed = await useCases.resumeRollout(fleet.context, fleet.admin, { params: { id } });
  expect(codesOf(resumed)).toEqual(['own_approval']);
  const otherToken = { ...fleet.admin, principal: 'token/01' };
  expect(codesOf(await approve(id, otherToken))).toEqual(['own_approval']);
  expect(codesOf(await approve(id, { ...bob, role: 'viewer' }))).toEqual(['forbidden']);
  expect(await inFlight(id)).toBe(0);
  const explained = expectOk(await useCases.explainRollout(fleet.context, bob, { params: { id } }));
  expect(explained.waitsFor.map(({ name }) => name)).toEqual(['second_approval']);
  expectOk(await approve(id, bob));
  expect(await look(id)).toMatchObject({
    state: 'running',
    awaits: null,
    secondApproval: { approvedBy: 'bob', wave: null },
    waves: [{ approval: 'given', approvedBy: 'bob' }],
  });
  expect(await inFlight(id)).toBe(10);
});

test('a rollout within the share goes on alone, and so does every one without the rule', async () => {
  await above(0.2);
  const small = await start({ selector: 'n in (n0, n1)' });
  expect([await inFlight(small.id), small.awaits]).toEqual([2, null]);
  await above(null);
  expect(await inFlight((await start({ version: '2.0.0' })).id)).toBe(10);
});

test('a plan shows the wave that crosses the share, and the rollout stops there', async () => {
  await above(0.5);
  const waves = [{ size: { count: 1 } }, { size: { count: 4 } }, { size: { share: 1 } }];
  const body = { request: { app: 'thermostat', version: '1.0.0', waves } } as never;
  const plan = expectOk(await useCases.planRollout(fleet.context, fleet.admin, { body }));
  expect(plan.waves.map(({ approval, second }) => [approval, second])).toEqual([
    [false, false],
    [false, false],
    [true, true],
  ]);
  expect((await start({ waves })).secondApproval).toMatchObject({ aboveDevices: 5, wave: 2 });
});

test('many small rollouts of a release count as one, until a second operator has approved one of them', async () => {
  await above(0.2);
  await start({ selector: 'n in (n0, n1)' });
  const two = await start({ selector: 'n in (n2, n3)' });
  expect(await look(two.id)).toMatchObject({ awaits: { otherThan: 'ada' }, secondApproval: { aboveDevices: 0 } });
  expect(await inFlight(two.id)).toBe(0);
  const again = await start({ selector: 'n in (n0, n1)', config: { ZONE: 'attic' } });
  expect(again.state).toBe('awaiting_approval');
  const other = await start({ version: '2.0.0', selector: 'n in (n4, n5)' });
  expect(other.state).toBe('running');
  expectOk(await approve(two.id, bob));
  expect(await inFlight(two.id)).toBe(2);
});

test('the rule counts as it is when a draft or a schedule begins', async () => {
  const draft = await start({ draft: true });
  const scheduled = await start({ version: '2.0.0', startAtMs: fleet.context.clock.nowMs() + 1_000 });
  expect([draft.secondApproval, scheduled.secondApproval]).toEqual([null, null]);
  await above(0.2);
  expectOk(await useCases.publishDraft(fleet.context, fleet.admin, { params: { id: draft.id } }));
  expect(await look(draft.id)).toMatchObject({ state: 'awaiting_approval', awaits: { otherThan: 'ada' } });
  expect(codesOf(await approve(draft.id, fleet.admin))).toEqual(['own_approval']);
  fleet.advance(1_000);
  await wakeRollouts(fleet.context);
  expect((await look(scheduled.id)).state).toBe('awaiting_approval');
  const whole = await look(draft.id);
  await above(null);
  expect(await look(draft.id)).toEqual(whole);
});

test('going back is not held up', async () => {
  const { id } = await start();
  await above(0);
  expectOk(
    await useCases.abortRollout(fleet.context, fleet.admin, { params: { id }, body: { reached: 'revert' } } as never),
  );
  const { revertedBy } = await look(id);
  expect(await look(revertedBy as string)).toMatchObject({ state: 'running', secondApproval: null });
});
