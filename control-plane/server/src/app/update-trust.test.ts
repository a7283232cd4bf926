import { DIRECTOR_FIELD, FLOOR_FIELD, type Release } from '@wherry/protocol';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { useCases } from './operations.ts';
import { beginTrust, renewTrust } from './renew-trust.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';
import { beginRepository, expiresAt, makeOwnerKey, signAs } from './testing/repository-owner.ts';
import { tufFile } from './tuf-file.ts';

let fleet: TestFleet;
let owner: ReturnType<typeof beginRepository>;
beforeEach(async () => {
  fleet = await openFleet();
  owner = beginRepository(fleet.context);
});
afterEach(() => fleet.close());

const update = (body: object, role: 'admin' | 'publisher' = 'admin') =>
  useCases.updateTrust(fleet.context, { ...fleet.admin, role }, { body });
const begin = async () => expectOk(await update(owner.documents));
const files = async () =>
  (await fleet.store.trustMetadata.all('default')).map(({ role, version }) => ({ role, version }));
const versionOf = async (role: string) => (await files()).find((file) => file.role === role)?.version ?? 0;

/** Each is one thing that a careful owner would not send, on a repository that has begun. */
type Refusal = readonly [what: string, code: string, body: () => object];
const rootOf = (change: object, ...keys: readonly ReturnType<typeof makeOwnerKey>[]) => ({
  root: signAs({ ...owner.root, version: 2, ...change }, ...(keys.length > 0 ? keys : [owner.keys.root])),
});
const targetsOf = (change: object, key = owner.keys.targets) => ({
  targets: signAs({ ...owner.targets, version: 2, ...change }, key),
});
const delegationsOf = (change: object, twice = false) => {
  const [role] = owner.targets.delegations.roles;
  const roles = [{ ...role, ...change }, ...(twice ? [{ ...role }] : [])];
  return targetsOf({ delegations: { ...owner.targets.delegations, roles } });
};
const REFUSALS: readonly Refusal[] = [
  ['nothing', 'invalid_body', () => ({})],
  ['a root at its version', 'version_not_higher', () => rootOf({ version: 1 })],
  ['a root that skips one', 'version_not_higher', () => rootOf({ version: 3 })],
  ['a root by a stranger', 'signature_missing', () => rootOf({}, makeOwnerKey())],
  ['a root that has expired', 'expired', () => rootOf({ expires: '2001-01-01T00:00:00Z' })],
  ['a root for a hundred years', 'metadata_malformed', () => rootOf({ expires: '2126-01-01T00:00:00Z' })],
  [
    'a root by its new key only',
    'signature_missing',
    () => {
      const key = makeOwnerKey();
      const keys = { ...owner.root.keys, [key.id]: owner.root.keys[owner.keys.root.id] };
      keys[key.id] = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: key.publicHex } };
      return rootOf({ keys, roles: { ...owner.root.roles, root: { keyids: [key.id], threshold: 1 } } }, key);
    },
  ],
  [
    'a root without the timestamp key of here',
    'key_unknown',
    () => rootOf({ roles: { ...owner.root.roles, timestamp: owner.root.roles.root } }),
  ],
  ['a root without the director of here', 'key_unknown', () => rootOf({ [DIRECTOR_FIELD]: owner.root.roles.root })],
  [
    'a threshold that nobody reaches',
    'metadata_malformed',
    () => rootOf({ roles: { ...owner.root.roles, root: { ...owner.root.roles.root, threshold: 2 } } }),
  ],
  [
    'one key under two ids',
    'metadata_malformed',
    () => {
      const id = 'f'.repeat(64);
      const keys = { ...owner.root.keys, [id]: owner.root.keys[owner.keys.root.id] };
      return rootOf({ keys, roles: { ...owner.root.roles, root: { keyids: [owner.keys.root.id, id], threshold: 2 } } });
    },
  ],
  [
    'a root after which nobody has signed targets',
    'signature_missing',
    () => rootOf({ roles: { ...owner.root.roles, targets: owner.root.roles.root } }),
  ],
  ['targets at their version', 'version_not_higher', () => targetsOf({ version: 1 })],
  ['targets far ahead', 'version_not_higher', () => targetsOf({ version: 2 ** 50 })],
  ['targets by the publisher', 'signature_missing', () => targetsOf({}, owner.keys.publisher)],
  ['a role twice', 'delegation_diamond', () => delegationsOf({}, true)],
  ['paths of another tenant', 'outside_delegation', () => delegationsOf({ paths: ['other/thermostat/*'] })],
  ['a role of another name', 'outside_delegation', () => delegationsOf({ name: 'pub.default.camera' })],
  ['a floor of another tenant', 'outside_delegation', () => targetsOf({ [FLOOR_FIELD]: { 'other/x': 1 } })],
  ['targets over others than those that are here', 'conflict', () => ({ ...targetsOf({}), over: { targets: 7 } })],
  ['an app over a role that is not there yet', 'conflict', () => ({ ...targetsOf({}), over: { 'pub.default.x': 1 } })],
  ['a release that is not here', 'release_unknown', () => publishersOf(`sha256:${'a'.repeat(64)}`)],
  ['an app of nobody', 'outside_delegation', () => publishersOf(`sha256:${'a'.repeat(64)}`, {}, 'camera')],
];
const RELEASE = { app: 'thermostat', version: '1.0.0', releaseCounter: 1 };
function publishersOf(digest: string, change: object = {}, app = 'thermostat') {
  const release = { variants: [], capabilities: {}, limits: {}, config: {}, ...RELEASE, ...change } as never as Release;
  const document = signAs(owner.publisher(1, [[release, digest]]), owner.keys.publisher);
  return { publishers: { [app]: document } };
}

it.each(REFUSALS)('%s: %s, and nothing changes', async (_, code, body) => {
  await begin();
  const before = await files();
  expect(codesOf(await update(body()))).toEqual([code]);
  expect(await files()).toEqual(before);
});

test('begins with root and targets together; only an admin may', async () => {
  expect(codesOf(await update({ targets: owner.documents.targets }))).toEqual(['not_allowed_in_state']);
  expect(codesOf(await update({ root: owner.documents.root }))).toEqual(['invalid_body']);
  expect(codesOf(await update(owner.documents, 'publisher'))).toEqual(['forbidden']);
  expect(await files()).toEqual([]);
  await begin();
  expect((await files()).map(({ role }) => role)).toEqual(['root', 'snapshot', 'targets', 'timestamp']);
  expect(codesOf(await tufFile(fleet.context, 'other', 'timestamp.json'))).toEqual(['not_found']);
  expect(expectOk(await tufFile(fleet.context, 'default', '1.root.json')).version).toBe(1);
});

test('a publisher names what is published, with what it says of itself; it never changes after', async () => {
  await begin();
  const publisher = await fleet.publisher(owner);
  const digest = await publisher.publish(RELEASE as never);
  const at = await versionOf('pub.default.thermostat');
  const empty = signAs(owner.publisher(at + 1, []), owner.keys.publisher);
  expectOk(await update({ publishers: { thermostat: empty } }, 'publisher'));
  const plan = { request: { app: 'thermostat', version: '1.0.0' } };
  const planned = () => useCases.planRollout(fleet.context, fleet.admin, { body: plan as never });
  expect(codesOf(await planned())).toEqual(['target_unknown']);
  const { payload } = expectOk(
    await useCases.getRelease(fleet.context, fleet.admin, { params: { app: 'thermostat', version: '1.0.0' } }),
  );
  const sign = (version: number, release: Release, of = digest) => ({
    publishers: { thermostat: signAs(owner.publisher(version, [[release, of]]), owner.keys.publisher) },
  });
  const louder = { ...payload, limits: { ...payload.limits, memoryBytes: 17 * 2 ** 20 } };
  expect(codesOf(await update(sign(at + 2, louder), 'publisher'))).toEqual(['release_disagrees']);
  expectOk(await update(sign(at + 2, payload), 'publisher'));
  expectOk(await planned());
  expect(codesOf(await update(sign(at + 3, payload, `sha256:${'b'.repeat(64)}`)))).toEqual(['equivocation']);
  const lower = signAs(
    { ...owner.targets, version: 2, [FLOOR_FIELD]: { 'default/thermostat': 3 } },
    owner.keys.targets,
  );
  expectOk(await update({ targets: lower }));
  expect(codesOf(await planned())).toEqual(['below_floor']);
  const back = signAs({ ...owner.targets, version: 3, [FLOOR_FIELD]: {} }, owner.keys.targets);
  expect(codesOf(await update({ targets: back }))).toEqual(['rollback_attack']);
});

test('the online roles are signed again long before they expire, and above what was there at each start', async () => {
  const longer = expiresAt(fleet.context.clock.nowMs() + 300 * 86_400_000);
  const { root, targets, keys } = owner;
  const documents = {
    root: signAs({ ...root, expires: longer }, keys.root),
    targets: signAs({ ...targets, expires: longer }, keys.targets),
  };
  expectOk(await update(documents));
  const first = { snapshot: await versionOf('snapshot'), timestamp: await versionOf('timestamp') };
  expect(await renewTrust(fleet.context)).toBe(0);
  fleet.advance(13 * 3_600_000);
  expect(await renewTrust(fleet.context)).toBe(1);
  expect(await versionOf('timestamp')).toBeGreaterThan(first.timestamp);
  expect(await versionOf('snapshot')).toBe(first.snapshot);
  fleet.advance(8 * 86_400_000);
  expect(await renewTrust(fleet.context)).toBe(1);
  const second = await versionOf('snapshot');
  expect(second).toBeGreaterThan(first.snapshot);
  expect(codesOf(await tufFile(fleet.context, 'default', `${first.timestamp}.timestamp.json`))).toEqual(['not_found']);
  await beginTrust(fleet.context);
  expect(await versionOf('snapshot')).toBeGreaterThan(second);
});

test('devices that lose something hear of it by a new desired state, which names the snapshot; others do not', async () => {
  await begin();
  const publisher = await fleet.publisher(owner);
  await publisher.publish(RELEASE as never);
  const [running, idle] = [await fleet.claim('pi-1'), await fleet.claim('pi-2')];
  const body = { app: 'thermostat', version: '1.0.0', waves: [{ devices: ['pi-1'] }] };
  await running.connect();
  expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body } as never));
  const generations = async () => [(await running.desired()).generation, (await idle.desired()).generation] as const;
  const before = await generations();
  await publisher.publish({ version: '1.1.0', releaseCounter: 2 } as never);
  expect(await generations()).toEqual(before);
  const at = await versionOf('pub.default.thermostat');
  const empty = signAs(owner.publisher(at + 1, []), owner.keys.publisher);
  expectOk(await update({ publishers: { thermostat: empty } }, 'publisher'));
  expect(await generations()).toEqual([before[0] + 1, before[1]]);
  expect((await running.desired()).trust).toBe(await versionOf('snapshot'));
  expectOk(await update(rootOf({})));
  expect(await generations()).toEqual([before[0] + 2, before[1] + 1]);
});
