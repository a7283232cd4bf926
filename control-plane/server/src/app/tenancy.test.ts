import { OPERATIONS } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { authenticateOperator } from './authenticate-operator.ts';
import { bootstrap } from './bootstrap.ts';
import { desiredFor } from './desired-for.ts';
import { useCases } from './operations.ts';
import { releaseEnvelope } from './release-envelope.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';
import { beginRepository } from './testing/repository-owner.ts';

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
    await useCases.setDeviceLabels(fleet.context, stranger, { params: { device: 'pi-1' }, body: { set: {} } } as never),
    await useCases.listDeviceEvents(fleet.context, stranger, device),
    await useCases.getDeviceUsage(fleet.context, stranger, device),
    await useCases.getRelease(fleet.context, stranger, { params: body } as never),
    await useCases.getRollout(fleet.context, stranger, rollout),
    await useCases.listRolloutMembers(fleet.context, stranger, rollout),
    await useCases.pauseRollout(fleet.context, stranger, rollout),
    await useCases.abortRollout(fleet.context, stranger, { params: { id }, body: { reached: 'revert' } } as never),
    await useCases.removeClaimToken(fleet.context, stranger, { params: { id: token.id } }),
    await useCases.removePublisherKey(fleet.context, stranger, { params: { id: publisher.keyId } }),
    await desiredFor(fleet.context, 'other', 'pi-1'),
    await releaseEnvelope(fleet.context, 'other', digest),
  ];
  expect(outcomes.map(codesOf)).toEqual(outcomes.map(() => ['not_found']));
  expect(expectOk(await useCases.listDevices(fleet.context, stranger, {})).total).toBe(0);
  expect(expectOk(await useCases.listRollouts(fleet.context, stranger, {})).items).toEqual([]);
  expect(expectOk(await useCases.listAudit(fleet.context, stranger, {})).items).toEqual([]);
  expect(expectOk(await useCases.getRollout(fleet.context, fleet.admin, rollout)).state).toBe('running');
});

test('C3: every change an operator makes is in the audit log, and a refused one is not', async () => {
  const { context, admin } = fleet;
  const publisher = await fleet.publisher();
  await publisher.publish({ version: '1.0.0', releaseCounter: 1 } as never);
  await (await fleet.claim('pi-1')).connect();
  const body = { app: 'thermostat', version: '1.0.0' };
  const { id } = expectOk(await useCases.startRollout(context, admin, { body } as never));
  const rollout = { params: { id } } as never;
  expectOk(await useCases.pauseRollout(context, admin, rollout));
  expect(codesOf(await useCases.pauseRollout(context, admin, rollout))).toEqual(['not_allowed_in_state']);
  expectOk(await useCases.resumeRollout(context, admin, rollout));
  expectOk(await useCases.updateRollout(context, admin, { params: { id }, body: { maxInFlight: 5 } } as never));
  expectOk(await useCases.abortRollout(context, admin, { params: { id }, body: { reached: 'keep' } } as never));
  const draft = { ...body, draft: true, config: { ZONE: 'cellar' }, waves: [{ approval: true }] };
  const drafted = { params: expectOk(await useCases.startRollout(context, admin, { body: draft } as never)) } as never;
  expectOk(await useCases.publishDraft(context, admin, drafted));
  expectOk(await useCases.approveRollout(context, admin, { ...(drafted as object), body: { wave: 0 } } as never));
  expectOk(
    await useCases.setDeviceLabels(context, admin, { params: { device: 'pi-1' }, body: { set: { a: 'b' } } } as never),
  );
  const restart = { kind: 'restart', app: 'thermostat', expiresAtMs: context.clock.nowMs() + 1 };
  expectOk(await useCases.sendCommand(context, admin, { params: { device: 'pi-1' }, body: restart } as never));
  expectOk(await useCases.removeDevice(context, admin, { params: { device: 'pi-1' } } as never));
  const claim = expectOk(await useCases.createClaimToken(context, admin, { body: {} as never }));
  expectOk(await useCases.removeClaimToken(context, admin, { params: { id: claim.id } }));
  const operator = expectOk(
    await useCases.createOperatorToken(context, admin, { body: { name: 'bob', role: 'viewer' } }),
  );
  expectOk(await useCases.removeOperatorToken(context, admin, { params: { id: operator.id } }));
  expectOk(await useCases.removePublisherKey(context, admin, { params: { id: publisher.keyId } }));
  expectOk(await useCases.updateTrust(context, admin, { body: beginRepository(context).documents }));
  expect(codesOf(await useCases.updateTrust(context, admin, { body: {} }))).toEqual(['invalid_body']);

  const { items } = expectOk(await useCases.listAudit(context, admin, { query: { limit: 100 } }));
  const actions = items.map(({ action }) => action.replace(/_./g, (part) => part.slice(1).toUpperCase()));
  /** Asked with a body, but nothing changes. */
  const DRY_RUNS: ReadonlySet<string> = new Set(['planRollout', 'simulateRollout']);
  const changing = Object.values(OPERATIONS)
    .filter(
      ({ method, tag, id: name }) =>
        method !== 'get' && !DRY_RUNS.has(name) && !(tag === 'access' && name.endsWith('Session')),
    )
    .map(({ id: name }) => name);
  expect(new Set(actions)).toEqual(new Set(changing));
  expect(actions.filter((action) => action === 'pauseRollout')).toHaveLength(1);
});

test('the first start makes one admin token, and later ones do not', async () => {
  const { readFile, stat } = await import('node:fs/promises');
  const first = await bootstrap(fleet.context, fleet.dataDir);
  const text = (await readFile(first.adminTokenFile, 'utf8')).trim();
  expect((await stat(first.adminTokenFile)).mode & 0o777).toBe(0o600);
  await bootstrap(fleet.context, fleet.dataDir);
  expect((await readFile(first.adminTokenFile, 'utf8')).trim()).toBe(text);
  expect(await authenticateOperator(fleet.context, text)).toEqual({
    tenant: 'default',
    operator: 'admin',
    role: 'admin',
  });
  expect(await authenticateOperator(fleet.context, `${text}x`)).toBe(null);
  expect(await authenticateOperator(fleet.context, 'wop1.')).toBe(null);
});

test('an operator token ends with its time', async () => {
  const body = { name: 'bob', role: 'viewer', ttlMs: 60_000 } as const;
  const { token } = expectOk(await useCases.createOperatorToken(fleet.context, fleet.admin, { body }));
  expect(await authenticateOperator(fleet.context, token)).toMatchObject({ operator: 'bob', role: 'viewer' });
  fleet.advance(60_000);
  expect(await authenticateOperator(fleet.context, token)).toBe(null);
});
