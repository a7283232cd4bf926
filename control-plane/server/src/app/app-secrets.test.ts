import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inventory, SealedSecret } from '@wherry/protocol';
import { newSealingKey, sealFor } from '@wherry/protocol/testing/seal';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { useCases } from './operations.ts';
import { sealedSecretOf } from './sealed-secret.ts';
import { codesOf, expectOk, openFleet, type TestDevice, type TestFleet } from './testing/fleet.ts';

const VALUE = 'correct horse battery staple';
let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

/** A device that has said its key. */
async function deviceWithKey(name: string, key = newSealingKey(), labels = {}) {
  const device = await fleet.claim(name, labels);
  await sayKey(device, key);
  const seal = (version: number, value = VALUE): { device: never; sealed: SealedSecret } => ({
    device: name as never,
    sealed: sealFor(key, value, { tenant: 'default', recipient: name, app: 'thermostat', name: 'API_KEY', version }),
  });
  return { device, seal };
}

async function sayKey(device: TestDevice, sealingKey: string): Promise<void> {
  const inventory = {
    ...{ agentVersion: '1.0.0', target: 'rpi4', arch: 'arm64', os: 'x', hostname: 'h', cores: 4 },
    ...{ memoryBytes: 2 ** 30, diskBytes: 2 ** 30, runtimes: [], isolation: 'process', sealingKey },
  } as unknown as Inventory;
  await device.send(device.compose({ type: 'state', generation: 0, workloads: {}, full: true, inventory }));
}

type Given = { version: number; devices: { device: never; sealed: SealedSecret }[]; selector?: string };
const params = { app: 'thermostat' as never, name: 'API_KEY' };
const set = (body: Given, who = fleet.admin) => useCases.setSecret(fleet.context, who, { params, body });
const desiredOf = async (device: TestDevice) => (await device.desired()).workloads[0]?.secrets;

async function run(): Promise<void> {
  await (await fleet.publisher()).publish({ version: '1.0.0', releaseCounter: 1 } as never);
  const body = { app: 'thermostat', version: '1.0.0' };
  expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body } as never));
}

test('what is sealed to a device is named in its desired state, and is handed out to no other', async () => {
  const one = await deviceWithKey('pi-1');
  const two = await deviceWithKey('pi-2');
  await one.device.connect();
  await two.device.connect();
  await run();
  const before = (await one.device.desired()).generation;
  const view = expectOk(await set({ version: 1, devices: [one.seal(1), two.seal(1)] }));
  expect(view).toMatchObject({ version: 1, setBy: 'ada', devices: 2, missing: 0 });
  expect((await one.device.desired()).generation).toBe(before + 1);
  const [first] = (await desiredOf(one.device)) ?? [];
  const [second] = (await desiredOf(two.device)) ?? [];
  expect(first).toMatchObject({ name: 'API_KEY', version: 1 });
  const digest = first?.digest ?? '';
  expect(second?.digest).not.toBe(digest);
  expect(expectOk(await sealedSecretOf(fleet.context, 'default', 'pi-1', digest)).text).toBeTypeOf('string');
  expect(codesOf(await sealedSecretOf(fleet.context, 'default', 'pi-2', digest))).toEqual(['not_found']);
  expect(codesOf(await sealedSecretOf(fleet.context, 'other', 'pi-1', digest))).toEqual(['not_found']);
});

test('versions grow one by one, for the same devices under one version, and over a removal', async () => {
  const { device, seal } = await deviceWithKey('pi-1');
  const later = await deviceWithKey('pi-2');
  await device.connect();
  await run();
  expect(codesOf(await set({ version: 2, devices: [] }))).toEqual(['conflict']);
  expectOk(await set({ version: 1, devices: [seal(1)] }));
  expect(expectOk(await set({ version: 1, devices: [later.seal(1)] }))).toMatchObject({ devices: 2 });
  expect(codesOf(await set({ version: 1, devices: [], selector: 'site=a' }))).toEqual(['conflict']);
  expectOk(await set({ version: 2, devices: [seal(2)] }));
  expect(codesOf(await set({ version: 1, devices: [seal(1)] }))).toEqual(['conflict']);
  const held = await useCases.listDeviceSecrets(fleet.context, fleet.admin, { params: { device: 'pi-2' as never } });
  expect(expectOk(held).items).toMatchObject([{ version: 1, newestVersion: 2 }]);

  expectOk(await useCases.removeSecret(fleet.context, fleet.admin, { params }));
  expect(await desiredOf(device)).toBe(undefined);
  expect(expectOk(await useCases.listSecrets(fleet.context, fleet.admin, {})).items).toEqual([]);
  expect(codesOf(await useCases.removeSecret(fleet.context, fleet.admin, { params }))).toEqual(['not_found']);
  expect(codesOf(await set({ version: 2, devices: [] }))).toEqual(['conflict']);
  expectOk(await set({ version: 3, devices: [] }));
});

test('only devices that it is for, and only sealed to the key that they have now', async () => {
  const { device, seal } = await deviceWithKey('pi-1', newSealingKey(), { site: 'a' });
  const body = { version: 1, devices: [seal(1)] };
  expect(codesOf(await set({ ...body, selector: 'site=b' }))).toEqual(['wrong_device']);
  expect(codesOf(await set({ ...body, selector: 'site=' }))).toEqual(['invalid_selector']);
  expect(codesOf(await set({ version: 1, devices: [{ ...seal(1), device: 'pi-9' as never }] }))).toEqual(['not_found']);
  await sayKey(device, newSealingKey());
  expect(codesOf(await set(body))).toEqual(['conflict']);
  expect(expectOk(await useCases.listSecrets(fleet.context, fleet.admin, {})).items).toEqual([]);

  const silent = await fleet.claim('pi-2');
  const asked = { params, query: {} };
  const { items, newestVersion } = expectOk(await useCases.listSecretRecipients(fleet.context, fleet.admin, asked));
  expect(newestVersion).toBe(0);
  expect(items.map(({ device: name, key }) => [name, key === null])).toEqual([
    ['pi-1', false],
    [silent.name, true],
  ]);
});

test('a device that was set up anew counts as one without it', async () => {
  const { device, seal } = await deviceWithKey('pi-1');
  expectOk(await set({ version: 1, devices: [seal(1)] }));
  const read = async () =>
    expectOk(await useCases.listSecretRecipients(fleet.context, fleet.admin, { params, query: {} })).items[0]?.version;
  expect(await read()).toBe(1);
  await sayKey(device, newSealingKey());
  expect(await read()).toBe(null);
});

test('another tenant sees nothing of it, a viewer sets none, and no value is ever stored', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wherry-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'wherry.db');
  await fleet.close();
  fleet = await openFleet(path);
  const { seal } = await deviceWithKey('pi-1');
  expectOk(await set({ version: 1, devices: [seal(1)] }));
  const stranger = { ...fleet.admin, tenant: 'other' };
  expect(expectOk(await useCases.listSecrets(fleet.context, stranger, {})).items).toEqual([]);
  expect(codesOf(await useCases.removeSecret(fleet.context, stranger, { params }))).toEqual(['not_found']);
  expect(codesOf(await set({ version: 2, devices: [] }, { ...fleet.admin, role: 'viewer' }))).toEqual(['forbidden']);
  const custody = { params: { ...params, key: '0'.repeat(32) as never } };
  expect(codesOf(await useCases.getSecretCustody(fleet.context, fleet.admin, custody))).toEqual(['not_found']);
  const written = await Promise.all([path, `${path}-wal`].map((file) => readFile(file, 'latin1')));
  expect(written.join('')).toContain(seal(1).sealed.key);
  expect(written.join('')).not.toContain(VALUE);
});
