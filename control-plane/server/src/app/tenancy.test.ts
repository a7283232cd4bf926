import { afterEach, beforeEach, expect, test } from 'vitest';
import { authenticateOperator } from './authenticate-operator.ts';
import { bootstrap } from './bootstrap.ts';
import { desiredFor } from './desired-for.ts';
import { useCases } from './operations.ts';
import { releaseContent } from './release-content.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

test('C2: what belongs to one tenant is not_found for another, by whatever way it is asked', async () => {
  const publisher = await fleet.publisher();
  const digest = await publisher.publish({ version: '1.0.0', releaseCounter: 1 } as never);
  await (await fleet.claim('pi-1')).connect();
  const body = { app: 'thermostat', version: '1.0.0' };
  const { id } = expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body } as never));
  const token = expectOk(await useCases.createClaimToken(fleet.context, fleet.admin, { body: {} as never }));

  const stranger = { ...fleet.admin, tenant: 'other' };
  const device = { params: { device: 'pi-1' } } as never;
  const rollout = { params: { id } } as never;
  const outcomes = [
    await useCases.getDevice(fleet.context, stranger, device),
    await useCases.removeDevice(fleet.context, stranger, device),
    await useCases.reclaimDevice(fleet.context, stranger, { params: { device: 'pi-1' }, body: {} } as never),
    await useCases.resolveDevice(fleet.context, stranger, device),
    await useCases.setDeviceLabels(fleet.context, stranger, { params: { device: 'pi-1' }, body: { set: {} } } as never),
    await useCases.listDeviceEvents(fleet.context, stranger, device),
    await useCases.getDeviceUsage(fleet.context, stranger, device),
    await useCases.getRelease(fleet.context, stranger, { params: body } as never),
    await useCases.getRollout(fleet.context, stranger, rollout),
    await useCases.listRolloutMembers(fleet.context, stranger, rollout),
    await useCases.pauseRollout(fleet.context, stranger, rollout),
    await useCases.abortRollout(fleet.context, stranger, { params: { id }, body: { reached: 'revert' } } as never),
    await useCases.removeClaimToken(fleet.context, stranger, { params: { id: token.id } }),
    await desiredFor(fleet.context, 'other', 'pi-1'),
    await releaseContent(fleet.context, 'other', digest),
  ];
  expect(outcomes.map(codesOf)).toEqual(outcomes.map(() => ['not_found']));
  expect(expectOk(await useCases.listDevices(fleet.context, stranger, {})).total).toBe(0);
  expect(expectOk(await useCases.listRollouts(fleet.context, stranger, {})).items).toEqual([]);
  expect(expectOk(await useCases.listAudit(fleet.context, stranger, {})).items).toEqual([]);
  expect(expectOk(await useCases.getRollout(fleet.context, fleet.admin, rollout)).state).toBe('running');
});

test('the first start makes one admin token, and later ones do not', async () => {
  const { readFile, stat } = await import('node:fs/promises');
  const first = await bootstrap(fleet.context, fleet.dataDir);
  const text = (await readFile(first.adminTokenFile, 'utf8')).trim();
  expect((await stat(first.adminTokenFile)).mode & 0o777).toBe(0o600);
  await bootstrap(fleet.context, fleet.dataDir);
  expect((await readFile(first.adminTokenFile, 'utf8')).trim()).toBe(text);
  expect((await authenticateOperator(fleet.context, text))?.caller).toMatchObject({
    tenant: 'default',
    operator: 'admin',
    role: 'admin',
    scopes: null,
  });
  expect(await authenticateOperator(fleet.context, `${text}x`)).toBe(null);
  expect(await authenticateOperator(fleet.context, 'wop1.')).toBe(null);
});

test('an operator token ends with its time', async () => {
  const body = { name: 'bob', role: 'viewer', ttlMs: 60_000 } as const;
  const { token } = expectOk(await useCases.createOperatorToken(fleet.context, fleet.admin, { body }));
  expect(await authenticateOperator(fleet.context, token)).toMatchObject({
    caller: { operator: 'bob', role: 'viewer' },
  });
  fleet.advance(60_000);
  expect(await authenticateOperator(fleet.context, token)).toBe(null);
});
