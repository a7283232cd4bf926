import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expireDeadlines } from './expire-deadlines.ts';
import { useCases } from './operations.ts';
import { expectOk, openFleet, type TestDevice, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

async function devicesOf(count: number, connected = count): Promise<TestDevice[]> {
  const devices: TestDevice[] = [];
  for (let index = 0; index < count; index++) {
    const device = await fleet.claim(`pi-${index}`);
    if (index < connected) await device.connect();
    devices.push(device);
  }
  return devices;
}

async function start(version: string, extra: object = {}) {
  const body = { app: 'thermostat', version, soakMs: 0, ...extra };
  return expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: body as never }));
}

async function rollout(id: string) {
  return expectOk(await useCases.getRollout(fleet.context, fleet.admin, { params: { id } as never }));
}

async function members(id: string): Promise<Record<string, string>> {
  const input = { params: { id }, query: { limit: 500 } } as never;
  const { items } = expectOk(await useCases.listRolloutMembers(fleet.context, fleet.admin, input));
  return Object.fromEntries(items.map(({ device, state }) => [device, state]));
}

async function releases(...versions: string[]): Promise<void> {
  const publisher = await fleet.publisher();
  for (const [index, version] of versions.entries())
    await publisher.publish({ version, releaseCounter: index + 1 } as never);
}

describe('a rollout that goes well', () => {
  test('moves wave by wave and completes', async () => {
    await releases('1.0.0');
    const devices = await devicesOf(3);
    const { id } = await start('1.0.0', { waves: [{ size: { count: 1 } }, { size: { share: 1 } }] });
    expect(await members(id)).toEqual({ 'pi-0': 'in_flight', 'pi-1': 'pending', 'pi-2': 'pending' });
    await devices[0]?.say('healthy');
    expect(await members(id)).toEqual({ 'pi-0': 'succeeded', 'pi-1': 'in_flight', 'pi-2': 'in_flight' });
    await devices[1]?.say('healthy');
    await devices[2]?.say('healthy');
    expect((await rollout(id)).state).toBe('completed');
  });
});

describe('a rollout that fails', () => {
  test('halts at the report that crosses the limit and assigns nothing more', async () => {
    await releases('1.0.0');
    const devices = await devicesOf(3);
    const { id } = await start('1.0.0');
    await devices[0]?.say('failed', { code: 'crash_loop' });
    const halted = await rollout(id);
    expect(halted.state).toBe('halted');
    expect(halted.verdict).toMatchObject({ limit: 'maxFailures', failures: 1, reached: 1, devices: ['pi-0'] });
    expect(await members(id)).toEqual({ 'pi-0': 'failed', 'pi-1': 'pending', 'pi-2': 'pending' });
    expect((await devices[1]?.desired())?.workloads).toEqual([]);
  });

  test('goes on when resumed, and the failure known then counts no more', async () => {
    await releases('1.0.0');
    const devices = await devicesOf(2);
    const { id } = await start('1.0.0', { waves: [{ size: { count: 1 } }, { size: { share: 1 } }] });
    await devices[0]?.say('reverted');
    expectOk(await useCases.resumeRollout(fleet.context, fleet.admin, { params: { id } as never }));
    await devices[1]?.say('healthy');
    const done = await rollout(id);
    expect(done.state).toBe('completed');
    expect(done.waves[0]?.acknowledged).toBe(1);
  });

  test('takes a silent device as failed at its deadline', async () => {
    await releases('1.0.0');
    await devicesOf(1);
    const { id } = await start('1.0.0', { deadlineMs: 60_000 });
    fleet.advance(59_999);
    expect(await expireDeadlines(fleet.context)).toBe(0);
    fleet.advance(1);
    expect(await expireDeadlines(fleet.context)).toBe(1);
    expect(await members(id)).toEqual({ 'pi-0': 'timed_out' });
    expect((await rollout(id)).state).toBe('halted');
  });
});

describe('devices that are offline', () => {
  test('wait aside, block nothing, and join when they are heard', async () => {
    await releases('1.0.0');
    const devices = await devicesOf(3, 2);
    const { id } = await start('1.0.0', { waves: [{ size: { share: 1 } }] });
    expect(await members(id)).toEqual({ 'pi-0': 'in_flight', 'pi-1': 'in_flight', 'pi-2': 'waiting' });
    await devices[0]?.say('healthy');
    await devices[1]?.say('healthy');
    expect((await rollout(id)).state).toBe('completed');
    await devices[2]?.connect();
    expect(await members(id)).toMatchObject({ 'pi-2': 'in_flight' });
    await devices[2]?.say('healthy');
    expect(await members(id)).toMatchObject({ 'pi-2': 'succeeded' });
  });
});

describe('an abort', () => {
  test('with revert takes the reached devices back, or removes the app where there was none', async () => {
    await releases('1.0.0', '2.0.0');
    const devices = await devicesOf(3);
    const all = [{ size: { share: 1 } }];
    const first = await start('1.0.0', { waves: all, selector: 'device in (pi-0,pi-1)' });
    for (const device of devices.slice(0, 2)) await device.say('healthy');
    expect((await rollout(first.id)).state).toBe('completed');
    const second = await start('2.0.0', { waves: all });
    for (const device of devices) await device.say('healthy');
    const third = await start('2.0.0', { waves: all }).catch((error: unknown) => String(error));
    expect(third).toContain('no_devices_match');
    const late = await start('2.0.0', { waves: all, config: { ZONE: 'cellar' } });
    await devices[0]?.say('failed');
    const aborted = expectOk(
      await useCases.abortRollout(fleet.context, fleet.admin, {
        params: { id: late.id } as never,
        body: { reached: 'revert' },
      }),
    );
    expect(aborted.state).toBe('aborted');
    const revert = await rollout(aborted.revertedBy ?? '');
    expect(revert).toMatchObject({ reverts: late.id, rollback: true, version: '2.0.0', state: 'running' });
    expect((await devices[0]?.desired())?.workloads[0]).toMatchObject({ version: '2.0.0', config: {}, rollback: true });
    expect(second.id).not.toBe(late.id);
  });

  test('removes an app that was new, and ends when the devices say it is gone', async () => {
    await releases('1.0.0');
    const [device] = await devicesOf(1);
    const { id } = await start('1.0.0');
    await device?.say('failed');
    const aborted = expectOk(
      await useCases.abortRollout(fleet.context, fleet.admin, { params: { id } as never, body: { reached: 'revert' } }),
    );
    const desired = await device?.desired();
    expect(desired?.workloads).toEqual([]);
    const gone = device?.compose({
      type: 'state',
      generation: desired?.generation ?? 0,
      workloads: { thermostat: null },
    } as never);
    if (gone) await device?.send(gone);
    expect((await rollout(aborted.revertedBy ?? '')).state).toBe('completed');
  });
});

describe('a newer rollout of the same app', () => {
  test('takes its devices over from the older one', async () => {
    await releases('1.0.0', '2.0.0');
    const devices = await devicesOf(3);
    const older = await start('1.0.0', { waves: [{ size: { count: 1 } }, { size: { share: 1 } }] });
    const newer = await start('2.0.0', { waves: [{ size: { share: 1 } }] });
    expect(await members(older.id)).toEqual({ 'pi-0': 'skipped', 'pi-1': 'skipped', 'pi-2': 'skipped' });
    expect((await rollout(older.id)).state).toBe('completed');
    for (const device of devices) expect((await device.desired()).workloads[0]?.rollout).toBe(newer.id);
  });
});

test('R3: no device moves to an older release but by an explicit rollback', async () => {
  await releases('1.0.0', '2.0.0');
  const devices = await devicesOf(2);
  const all = [{ size: { share: 1 } }];
  await start('2.0.0', { waves: all, selector: 'device=pi-0' });
  await devices[0]?.say('healthy');
  await expect(start('1.0.0', { selector: 'device=pi-0' })).rejects.toThrow('no_devices_match');
  const mixed = await start('1.0.0', { waves: all });
  expect(await members(mixed.id)).toEqual({ 'pi-0': 'skipped', 'pi-1': 'in_flight' });
  expect((await devices[0]?.desired())?.workloads[0]).toMatchObject({ version: '2.0.0' });
  await start('1.0.0', { waves: all, selector: 'device=pi-0', rollback: true });
  expect((await devices[0]?.desired())?.workloads[0]).toMatchObject({ version: '1.0.0', rollback: true });
});
