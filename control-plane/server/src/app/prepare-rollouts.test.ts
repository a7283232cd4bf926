import type { Rollout, RolloutRequest } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deviceOf } from '../storage/contract/records.ts';
import { hearWaiting } from './hear-waiting.ts';
import { APP_LIMITS } from './limits.ts';
import { useCases } from './operations.ts';
import { prepareRollouts } from './prepare-rollouts.ts';
import { drainPreparation } from './prepare-soon.ts';
import { expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

/** A fleet that is too large for one transaction: its first ten devices are online. */
const DEVICES = APP_LIMITS.membersAtOnce + 100;
const ONLINE = 10;
const nameOf = (index: number) => `pi-${String(index).padStart(5, '0')}`;

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
  const publisher = await fleet.publisher();
  for (const [index, version] of ['1.0.0', '2.0.0'].entries())
    await publisher.publish({ version, releaseCounter: index + 1 } as never);
  await fleet.store.transaction(async ({ devices }) => {
    for (let index = 0; index < DEVICES; index++) await devices.add(deviceOf('default', nameOf(index)));
    await devices.setOnline(
      'default',
      Array.from({ length: ONLINE }, (_, index) => nameOf(index)),
      true,
      1,
    );
  });
});
afterEach(() => fleet.close());

async function start(extra: Partial<RolloutRequest> | object = {}): Promise<Rollout> {
  const body = { app: 'thermostat', version: '1.0.0', soakMs: 0, waves: [{ size: { share: 1 } }], ...extra };
  return expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: body as never }));
}
const look = async ({ id }: Pick<Rollout, 'id'>) =>
  expectOk(await useCases.getRollout(fleet.context, fleet.admin, { params: { id } }));
const stateOf = async ({ id }: Rollout, device: string) =>
  (await fleet.store.rollouts.members('default', id, [device]))[0]?.member.state;

/** I1: the sums of the header are those of the rows. */
async function expectTrueSums({ id }: Rollout): Promise<void> {
  const record = await fleet.store.rollouts.find('default', id);
  for (const { wave, state, count } of await fleet.store.rollouts.tally('default', id))
    expect([state, record?.header.waves[wave]?.counts[state]]).toEqual([state, count]);
  expect(await fleet.store.rollouts.hasStaged('default', id)).toBe(false);
}

describe('a rollout over a large fleet', () => {
  test('is answered at once with its sums, and begins when all its members are written', async () => {
    const started = await start();
    expect(started.state).toBe('preparing');
    expect(started.waves[0]).toMatchObject({ total: DEVICES, counts: { pending: DEVICES } });
    await drainPreparation(fleet.context);
    expect((await look(started)).waves[0]?.counts).toMatchObject({ in_flight: ONLINE });
    await expectTrueSums(started);
  });

  test('stays a draft when it was asked for as one', async () => {
    const draft = await start({ draft: true });
    await drainPreparation(fleet.context);
    expect((await look(draft)).state).toBe('draft');
    expectOk(await useCases.publishDraft(fleet.context, fleet.admin, { params: { id: draft.id } }));
    expect((await look(draft)).waves[0]?.counts).toMatchObject({ in_flight: ONLINE });
  });

  test('that is aborted meanwhile leaves nobody behind', async () => {
    const started = await start();
    const input = { params: { id: started.id }, body: { reached: 'keep' } } as const;
    expectOk(await useCases.abortRollout(fleet.context, fleet.admin, input));
    await drainPreparation(fleet.context);
    const { state, waves } = await look(started);
    expect([state, waves[0]?.counts.pending]).toEqual(['aborted', 0]);
    await expectTrueSums(started);
  });

  test('begins before a newer one of the app, which then has its devices', async () => {
    const older = await start();
    const newer = await start({ version: '2.0.0', selector: `device in (${nameOf(0)},${nameOf(ONLINE)})` });
    expect(newer.state).toBe('preparing');
    await drainPreparation(fleet.context);
    expect([await stateOf(older, nameOf(0)), await stateOf(newer, nameOf(0))]).toEqual(['skipped', 'in_flight']);
    expect(await stateOf(older, nameOf(ONLINE))).toBe('skipped');
    await expectTrueSums(older);
    await expectTrueSums(newer);
  });

  test('takes over as large an older one', async () => {
    const older = await start();
    await drainPreparation(fleet.context);
    const newer = await start({ version: '2.0.0' });
    await drainPreparation(fleet.context);
    expect((await look(older)).waves[0]?.counts).toMatchObject({ skipped: DEVICES, in_flight: 0 });
    expect((await look(newer)).waves[0]?.counts).toMatchObject({ in_flight: ONLINE });
    await expectTrueSums(older);
  });

  test('is left alone while another process writes it, and taken up when that one has ended', async () => {
    const draft = await start({ draft: true });
    await drainPreparation(fleet.context);
    const record = await fleet.store.rollouts.find('default', draft.id);
    if (!record) throw new Error('the draft is gone');
    // What a process that ended in the middle leaves: some batches staged, and its lease.
    const id = `${draft.id.slice(0, -1)}z` as typeof draft.id;
    const header = { ...record.header, state: 'preparing', startsWhenPrepared: true } as const;
    const { items } = await fleet.store.rollouts.listMembers('default', draft.id, {}, { limit: DEVICES });
    const members = items.map((item) => ({ ...item, rollout: id }));
    const nowMs = fleet.context.clock.nowMs();
    await fleet.store.transaction(async ({ rollouts }) => {
      await rollouts.stage({ ...record, id, header, revision: 0 }, members, 300);
      await rollouts.writeStaged('default', id, (member) => member);
      await rollouts.leaseStaged('default', id, nowMs, nowMs + APP_LIMITS.prepareLeaseMs);
    });
    expect(await prepareRollouts(fleet.context)).toBe(0);
    fleet.advance(APP_LIMITS.prepareLeaseMs);
    expect(await prepareRollouts(fleet.context)).toBe(1);
    expect((await look({ id })).waves[0]?.counts).toMatchObject({ in_flight: ONLINE });
    await expectTrueSums({ ...draft, id });
  });
});

test('a dynamic draft takes in at its beginning who came since it was planned', async () => {
  const draft = await start({ draft: true, dynamic: true, selector: `device in (${nameOf(0)},late)` });
  const late = await fleet.claim('late');
  await late.connect();
  expect(await stateOf(draft, 'late')).toBeUndefined();
  expectOk(await useCases.publishDraft(fleet.context, fleet.admin, { params: { id: draft.id } }));
  expect([await stateOf(draft, nameOf(0)), await stateOf(draft, 'late')]).toEqual(['in_flight', 'in_flight']);
});

test('a device that waits aside although it is online is found', async () => {
  const devices = `device in (${nameOf(0)},${nameOf(ONLINE)})`;
  const started = await start({ selector: devices });
  expect(await stateOf(started, nameOf(ONLINE))).toBe('waiting');
  expect(await hearWaiting(fleet.context)).toBe(0);
  await fleet.store.devices.setOnline('default', nameOf(ONLINE), true, 1);
  expect(await hearWaiting(fleet.context)).toBe(1);
  expect(await stateOf(started, nameOf(ONLINE))).toBe('in_flight');
  expect(await hearWaiting(fleet.context)).toBe(0);
});
