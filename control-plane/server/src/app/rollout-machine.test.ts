import type { RolloutRequest } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyReports } from './apply-reports.ts';
import { expireDeadlines } from './expire-deadlines.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestDevice, type TestFleet } from './testing/fleet.ts';
import { wakeRollouts } from './wake-rollouts.ts';
import { watchSoaks } from './watch-soaks.ts';

let fleet: TestFleet;
let devices: TestDevice[];
beforeEach(async () => {
  fleet = await openFleet();
  const publisher = await fleet.publisher();
  for (const [index, version] of ['1.0.0', '2.0.0'].entries())
    await publisher.publish({ version, releaseCounter: index + 1 } as never);
  devices = [];
  for (let index = 0; index < 4; index++) devices.push(await claimed(index));
});
afterEach(() => fleet.close());

async function claimed(index: number): Promise<TestDevice> {
  const device = await fleet.claim(`pi-${index}`, { ring: index === 3 ? 'canary' : 'wide' });
  await device.connect();
  return device;
}
const ALL = [{ size: { share: 1 } }];

async function start(extra: Partial<RolloutRequest> | object = {}) {
  const body = { app: 'thermostat', version: '1.0.0', soakMs: 0, ...extra };
  return expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: body as never }));
}
const rollout = async (id: string) =>
  expectOk(await useCases.getRollout(fleet.context, fleet.admin, { params: { id } as never }));
async function states(id: string): Promise<Record<string, string>> {
  const input = { params: { id }, query: { limit: 500 } } as never;
  const { items } = expectOk(await useCases.listRolloutMembers(fleet.context, fleet.admin, input));
  return Object.fromEntries(items.map(({ device, state }) => [device, state]));
}
const inFlight = async (id: string) => Object.values(await states(id)).filter((state) => state === 'in_flight').length;

describe('a rollout that has not begun', () => {
  test('as a draft assigns nothing and takes nobody over until it is published', async () => {
    const older = await start({ waves: ALL });
    const draft = await start({ version: '2.0.0', waves: ALL, draft: true });
    expect(draft.state).toBe('draft');
    expect(await inFlight(older.id)).toBe(4);
    expectOk(await useCases.publishDraft(fleet.context, fleet.admin, { params: { id: draft.id } }));
    expect(await inFlight(draft.id)).toBe(4);
    expect((await rollout(older.id)).state).toBe('completed');
  });

  test('R3: a device that got a newer release since the draft was made is left out when its turn comes', async () => {
    const draft = await start({ waves: ALL, draft: true });
    await start({ version: '2.0.0', waves: ALL, selector: 'device=pi-0' });
    expectOk(await useCases.publishDraft(fleet.context, fleet.admin, { params: { id: draft.id } }));
    expect(await states(draft.id)).toMatchObject({ 'pi-0': 'skipped', 'pi-1': 'in_flight' });
    expect((await devices[0]?.desired())?.workloads[0]).toMatchObject({ version: '2.0.0' });
  });

  test('as scheduled begins by itself at its time, once', async () => {
    const { id } = await start({ waves: ALL, startAtMs: fleet.context.clock.nowMs() + 60_000 });
    expect((await rollout(id)).state).toBe('scheduled');
    fleet.advance(59_999);
    expect(await wakeRollouts(fleet.context)).toBe(0);
    fleet.advance(1);
    expect(await wakeRollouts(fleet.context)).toBe(1);
    expect(await wakeRollouts(fleet.context)).toBe(0);
    expect(await inFlight(id)).toBe(4);
  });

  test('paused before its time, it goes back to wait for it', async () => {
    const { id } = await start({ waves: ALL, startAtMs: fleet.context.clock.nowMs() + 60_000 });
    expectOk(await useCases.pauseRollout(fleet.context, fleet.admin, { params: { id } }));
    expectOk(await useCases.resumeRollout(fleet.context, fleet.admin, { params: { id } }));
    expect((await rollout(id)).state).toBe('scheduled');
  });
});

describe('waves', () => {
  test('take those that their selector or list names', async () => {
    const waves = [{ selector: 'ring=canary' }, { devices: ['pi-2'] }, { size: { share: 1 } }];
    const { id } = await start({ waves });
    expect(await states(id)).toMatchObject({ 'pi-3': 'in_flight', 'pi-0': 'pending' });
    await devices[3]?.say('healthy');
    expect(await states(id)).toMatchObject({ 'pi-3': 'succeeded', 'pi-2': 'in_flight', 'pi-0': 'pending' });
  });

  test('that ask for it wait for a person, and the approval is for that wave only', async () => {
    const { id } = await start({ waves: [{ devices: ['pi-0'] }, { size: { share: 1 }, approval: true }] });
    await devices[0]?.say('healthy');
    expect(await rollout(id)).toMatchObject({ state: 'awaiting_approval', currentWave: 1 });
    expect(await inFlight(id)).toBe(0);
    const approve = (wave: number) =>
      useCases.approveRollout(fleet.context, fleet.admin, { params: { id }, body: { wave } });
    expect(codesOf(await approve(0))).toEqual(['not_allowed_in_state']);
    expectOk(await approve(1));
    expect(await inFlight(id)).toBe(3);
    expect(codesOf(await approve(1))).toEqual(['not_allowed_in_state']);
  });
});

describe('pace', () => {
  test('assigns one at once and the next when its time has come', async () => {
    const { id } = await start({ waves: ALL, pace: { devicesPerMinute: 2 } });
    expect(await inFlight(id)).toBe(1);
    fleet.advance(29_999);
    expect(await wakeRollouts(fleet.context)).toBe(0);
    fleet.advance(1);
    await wakeRollouts(fleet.context);
    expect(await inFlight(id)).toBe(2);
    expectOk(await useCases.updateRollout(fleet.context, fleet.admin, { params: { id }, body: { pace: null } }));
    expect(await inFlight(id)).toBe(4);
  });
});

describe('a dynamic rollout', () => {
  test('takes in a device that is claimed or labelled later, until a newer rollout follows', async () => {
    const { id } = await start({ waves: ALL, selector: 'ring=canary', dynamic: true });
    expect(Object.keys(await states(id))).toEqual(['pi-3']);
    const set = (device: string) =>
      useCases.setDeviceLabels(fleet.context, fleet.admin, {
        params: { device },
        body: { set: { ring: 'canary' } },
      } as never);
    expectOk(await set('pi-0'));
    expect(await states(id)).toEqual({ 'pi-0': 'in_flight', 'pi-3': 'in_flight' });
    const late = await fleet.claim('pi-9', { ring: 'canary' });
    expect(await states(id)).toMatchObject({ 'pi-9': 'waiting' });
    await late.connect();
    expect(await states(id)).toMatchObject({ 'pi-9': 'in_flight' });
    await start({ version: '2.0.0', waves: ALL, selector: 'device=pi-2' });
    expectOk(await set('pi-1'));
    expect(Object.keys(await states(id))).not.toContain('pi-1');
  });
});

describe('health in the soak', () => {
  test('a device that is away too long counts as unhealthy, by name', async () => {
    const { id } = await start({ waves: ALL, soakMs: 120_000, watch: { offlineAfterMs: 30_000 } });
    await devices[0]?.say('healthy');
    await devices[0]?.disconnect();
    fleet.advance(29_999);
    expect(await watchSoaks(fleet.context)).toBe(0);
    fleet.advance(1);
    expect(await watchSoaks(fleet.context)).toBe(1);
    expect(await states(id)).toMatchObject({ 'pi-0': 'unhealthy' });
    const { verdict } = await rollout(id);
    expect(verdict).toMatchObject({ failures: 1, reached: 1, byCode: [{ code: 'went_offline', count: 1 }] });
  });

  test('a device that comes back in time goes on to its success', async () => {
    const { id } = await start({ waves: ALL, soakMs: 120_000, watch: { offlineAfterMs: 30_000 } });
    await devices[0]?.say('healthy');
    await devices[0]?.disconnect();
    fleet.advance(20_000);
    await devices[0]?.connect();
    fleet.advance(100_000);
    expect(await watchSoaks(fleet.context)).toBe(0);
    await expireDeadlines(fleet.context);
    expect(await states(id)).toMatchObject({ 'pi-0': 'succeeded' });
  });
});

describe('usage in the soak', () => {
  const MIB = 1024 * 1024;
  const sample = (release: string, fromMs: number, memoryBytes: number) => ({
    fromMs,
    toMs: fromMs + 10_000,
    workloads: [
      {
        app: 'thermostat',
        release,
        source: 'proc' as const,
        isolation: 'process' as const,
        cpuMs: 100,
        memoryBytes,
        calls: 1,
        errors: 0,
        limitsHit: 0,
      },
    ],
  });
  let seq = 500;
  const use = async (release: string, memoryBytes: number) => {
    const [device] = devices as [TestDevice];
    const one = { seq: ++seq, firstSeq: seq, ...sample(release, fleet.context.clock.nowMs() - 5_000, memoryBytes) };
    const { results } = await applyReports(fleet.context, [device.measured(one)]);
    for (const result of results) expectOk(result);
  };

  test('is held against what the same device used before, and the failure has its name', async () => {
    const first = await start({ waves: ALL, selector: 'device=pi-0' });
    await devices[0]?.say('healthy');
    await use((await rollout(first.id)).release, 10 * MIB);
    fleet.advance(600_000);
    const watch = { memoryFactor: 2, offlineAfterMs: null };
    const { id, release } = await start({
      version: '2.0.0',
      waves: ALL,
      selector: 'device=pi-0',
      soakMs: 60_000,
      watch,
    });
    await devices[0]?.say('healthy');
    await use(release, 19 * MIB);
    expect(await states(id)).toEqual({ 'pi-0': 'soaking' });
    fleet.advance(10_000);
    await use(release, 21 * MIB);
    expect(await states(id)).toEqual({ 'pi-0': 'unhealthy' });
    expect((await rollout(id)).verdict?.byCode).toEqual([{ code: 'memory_regression', count: 1 }]);
  });
});

test('what devices are told about windows and downloads travels with the assignment', async () => {
  const window = { cron: '0 2 * * *', durationMs: 3_600_000, timeZone: 'Europe/Vienna' };
  await start({ waves: ALL, window, download: { metered: false } });
  expect((await devices[0]?.desired())?.workloads[0]).toMatchObject({ window, download: { metered: false } });
});
