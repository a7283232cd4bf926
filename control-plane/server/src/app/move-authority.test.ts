import type { AuthorityStep } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuthority } from '../ca/open-authority.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

const move = (step: AuthorityStep, of = fleet) =>
  useCases.moveAuthority(fleet.context, of.admin, { body: { step } as never });

async function vouch(): Promise<void> {
  const authority = await openAuthority(fleet.dataDir, fleet.context.clock.nowMs());
  Object.assign(fleet.context, { authority });
}

async function certified(device: string, tenant = 'default'): Promise<void> {
  await fleet.of(tenant).claim(device);
  const nowMs = fleet.context.clock.nowMs();
  const times = { issuedAtMs: nowMs, expiresAtMs: nowMs + 86_400_000, revokedAtMs: null };
  const serial = Buffer.from(`${tenant}/${device}`).toString('hex');
  const own = { keyHash: 'k', authority: null, pem: 'pem' };
  await fleet.store.certificates.add({ tenant, device, serial, ...own, ...times });
}

test('a replaced authority ends every session that was by a certificate, whoever holds it, and looks for no other', async () => {
  await vouch();
  const { store, broker, context } = fleet;
  const names = ['here', 'elsewhere', 'away'];
  for (const device of names) await certified(device);
  await certified('elsewhere', 'acme');
  for (const tenant of ['default', 'acme'])
    await store.devices.setOnline(tenant, 'elsewhere', true, context.clock.nowMs(), 'another process');
  broker.connected.add('default/here');
  expectOk(await move('replace'));
  expect(broker.kicked.toSorted()).toEqual(['acme/elsewhere', 'default/elsewhere', 'default/here']);
});

test('is the installation’s own affair, and needs an authority', async () => {
  expect(codesOf(await move('begin', fleet.of('acme')))).toEqual(['forbidden']);
  expect(codesOf(await move('begin'))).toEqual(['not_found']);
  const input = { query: { heardWithinDays: 30 } };
  expect(codesOf(await useCases.getAuthority(fleet.context, fleet.of('acme').admin, input))).toEqual(['forbidden']);
  expect(codesOf(await useCases.getAuthority(fleet.context, fleet.admin, input))).toEqual(['not_found']);
});

test('says whether devices find MQTT at a broker whose certificate somebody has to renew', async () => {
  await vouch();
  expect(expectOk(await move('begin')).isBrokerExternal).toBe(false);
  Object.assign(fleet.broker, { hasOwnCertificate: true });
  expect(expectOk(await move('switch')).isBrokerExternal).toBe(true);
});
