import type { AuthorityStep } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuthority } from '../ca/open-authority.ts';
import { endSessions } from './identity/end-identity.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

const VIEW = { query: { heardWithinDays: 30 } };
const REPLACE = { body: { step: 'replace' } as never };
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

test('whose sessions end is known with the step itself: a process that ends right then leaves none of them alive', async () => {
  await vouch();
  const { broker, context } = fleet;
  for (const tenant of ['default', 'acme']) {
    await certified('pi-1', tenant);
    broker.connected.add(`${tenant}/pi-1`);
  }
  await fleet.claim('by-secret');
  broker.connected.add('default/by-secret');
  const disk = new Error('the disk is full');
  const authority = await openAuthority(fleet.dataDir, context.clock.nowMs());
  authority.onStep(() => Promise.reject(disk));
  await expect(useCases.moveAuthority({ ...context, authority }, fleet.admin, REPLACE)).rejects.toBe(disk);
  expect(broker.kicked).toEqual([]);
  expect(await endSessions(context)).toBe(2);
  expect(broker.kicked).toEqual(['acme/pi-1', 'default/pi-1']);
});

test('is written down when it is taken: one of many at once, here and at another process', async () => {
  await vouch();
  const other = { ...fleet.context, authority: await openAuthority(fleet.dataDir, fleet.context.clock.nowMs()) };
  const body = { step: 'begin' } as never;
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      useCases.moveAuthority(index % 2 === 0 ? fleet.context : other, fleet.admin, { body }),
    ),
  );
  expect(all.filter(({ ok }) => ok)).toHaveLength(1);
  for (const one of all) if (!one.ok) expect(codesOf(one)).toEqual(['not_allowed_in_state']);
  const { items } = expectOk(await useCases.listAudit(fleet.context, fleet.admin, {}));
  expect(items.filter(({ action }) => action === 'move_authority')).toHaveLength(1);
});

test('is judged by where another process has led it by now', async () => {
  await vouch();
  const other = { ...fleet.context, authority: await openAuthority(fleet.dataDir, fleet.context.clock.nowMs()) };
  await certified('pi-1');
  await fleet.store.devices.setOnline('default', 'pi-1', true, fleet.context.clock.nowMs());
  expectOk(await move('begin'));
  expect(codesOf(await useCases.moveAuthority(other, fleet.admin, { body: { step: 'switch' } as never }))).toEqual([
    'not_allowed_in_state',
  ]);
  expectOk(await useCases.moveAuthority(other, fleet.admin, { body: { step: 'switch', anyway: true } as never }));
  expect(expectOk(await move('abort').then(() => useCases.getAuthority(fleet.context, fleet.admin, VIEW))).phase).toBe(
    'switched',
  );
});

test('is the installation’s own affair, and needs an authority', async () => {
  expect(codesOf(await move('begin', fleet.of('acme')))).toEqual(['forbidden']);
  expect(codesOf(await move('begin'))).toEqual(['not_found']);
  expect(codesOf(await useCases.getAuthority(fleet.context, fleet.of('acme').admin, VIEW))).toEqual(['forbidden']);
  expect(codesOf(await useCases.getAuthority(fleet.context, fleet.admin, VIEW))).toEqual(['not_found']);
});

test('says whether devices find MQTT at a broker whose certificate somebody has to renew', async () => {
  await vouch();
  expect(expectOk(await move('begin')).isBrokerExternal).toBe(false);
  Object.assign(fleet.broker, { hasOwnCertificate: true });
  expect(expectOk(await move('switch')).isBrokerExternal).toBe(true);
});
