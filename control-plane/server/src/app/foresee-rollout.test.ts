import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useCases } from './operations.ts';
import { expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
  const publisher = await fleet.publisher();
  for (const [index, version] of ['1.0.0', '2.0.0'].entries())
    await publisher.publish({ version, releaseCounter: index + 1 } as never);
  for (let index = 0; index < 5; index++) await (await fleet.claim(`pi-${index}`)).connect();
});
afterEach(() => fleet.close());

const request = (extra: object = {}) => ({ app: 'thermostat', version: '1.0.0', ...extra });
async function plan(extra: object = {}) {
  return expectOk(
    await useCases.planRollout(fleet.context, fleet.admin, { body: { request: request(extra) } } as never),
  );
}
async function start(extra: object = {}) {
  return expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: request(extra) } as never));
}

describe('a dry run', () => {
  test('is what a start then does, and changes nothing', async () => {
    const waves = [{ devices: ['pi-4', 'pi-77'] }, { size: { count: 2 }, approval: true }, { size: { share: 1 } }];
    const planned = await plan({ waves });
    expect(expectOk(await useCases.listRollouts(fleet.context, fleet.admin, {})).items).toEqual([]);
    const started = await start({ waves });
    expect(planned.waves.map(({ total, gate }) => ({ total, gate }))).toEqual(
      started.waves.map(({ total, gate }) => ({ total, gate })),
    );
    expect(planned.waves.map(({ approval }) => approval)).toEqual([false, true, false]);
    expect(planned.waves[0]?.devices.map(({ device }) => device)).toEqual(['pi-4']);
    expect(planned.leftOut.find(({ reason }) => reason === 'not_selected')?.devices[0]?.device).toBe('pi-77');
    expect(planned).toMatchObject({ total: 5, online: 5, bytes: { total: 5 * 16, unknownDevices: 0 } });
  });

  test('says who is left out and why, and whom it would take over', async () => {
    const older = await start({ version: '2.0.0', selector: 'device=pi-0', soakMs: 0 });
    const planned = await plan({ selector: 'device in (pi-0,pi-1)' });
    expect(planned.leftOut.map(({ reason, count }) => [reason, count])).toEqual([
      ['newer_release', 1],
      ['does_not_match', 3],
    ]);
    const next = await plan({ version: '2.0.0', config: { ZONE: 'cellar' } });
    expect(next.takesOver).toEqual([{ rollout: older.id, devices: 1 }]);
  });
});

describe('an explanation', () => {
  test('says what a rollout and each of its devices wait for', async () => {
    const { id } = await start({ waves: [{ size: { share: 1 } }], maxInFlight: 1 });
    const params = { id };
    const rollout = expectOk(await useCases.explainRollout(fleet.context, fleet.admin, { params }));
    expect(rollout.waitsFor.map(({ name }) => name)).toEqual(['answers', 'slot']);
    const last = expectOk(
      await useCases.explainMember(fleet.context, fleet.admin, { params: { id, device: 'pi-4' } } as never),
    );
    expect(last).toMatchObject({ state: 'pending', waitsFor: [{ name: 'slot' }] });
    expect(last.waitsFor[0]?.sentence).toContain('3 devices come before it');
  });
});

describe('a forecast', () => {
  const simulate = async (extra: object) =>
    expectOk(
      await useCases.simulateRollout(fleet.context, fleet.admin, {
        body: { request: request(), devices: 200, ...extra },
      } as never),
    );

  test('of a release that fails everywhere halts in the first wave, with one device reached', async () => {
    expect(await simulate({ failureRate: 1, runs: 10 })).toMatchObject({
      devices: 200,
      halted: 10,
      reached: { min: 1, max: 1 },
      halts: [{ limit: 'maxFailures', wave: 0, count: 10 }],
    });
  });

  test('of a good release completes, also when some are offline', async () => {
    const good = await simulate({ failureRate: 0, offlineRate: 0.2, runs: 5 });
    expect(good).toMatchObject({ completed: 5, halted: 0 });
    expect(good.reached.max).toBeLessThan(200);
  });

  test('is the same for the same seed, and another for another', async () => {
    const asked = { failureRate: 0.04, runs: 20 };
    const first = await simulate({ ...asked, seed: 3 });
    expect(await simulate({ ...asked, seed: 3 })).toEqual(first);
    expect(await simulate({ ...asked, seed: 4 })).not.toEqual(first);
  });
});
