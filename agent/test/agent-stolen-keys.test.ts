import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { customOfRelease, DIRECTOR_FIELD, publisherRole, type Release, releaseTargetPath } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { makeTestKey, type TestKey, tufKeyOf } from '../src/trust/tuf/testing/signing.ts';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { makeSigner, type Signer } from './signing.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';
import { TENANT } from './world-owner.ts';

/** What a thief of each key can make a real agent do, alone and with another key: docs/specs/attackers.md. */
const stage = setUpStage();
const { start, reached, publish, install } = stage;
const ROLE = publisherRole(TENANT, APP);
const MIB = 1024 * 1024;

const repository = () => stage.world.owner.repository;
const keysOf = (role: string): TestKey[] => repository().signers.get(role) ?? [];
const signAs = (role: string, ...keys: TestKey[]) => repository().signers.set(role, keys);
const configure = (config: object) =>
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ runnerPool: 0, ...config }));

/** Writes into the targets whose keys sign for the app; who signs the targets is another matter. */
function appoint(...keys: readonly TestKey[]): void {
  const { delegations } = repository().document('targets');
  const entry = delegations?.roles.find(({ name }) => name === ROLE);
  if (delegations === undefined || entry === undefined) throw new Error('nobody publishes the app yet');
  for (const { id, json } of keys) delegations.keys[id] = json;
  entry.keyids = keys.map(({ id }) => id);
}

/** The next root, which names this director, by these keys. */
function writeRoot(director: Signer, ...keys: readonly TestKey[]): void {
  const { id, json } = tufKeyOf(Buffer.from(director.publicKey, 'base64'));
  const { root } = repository();
  root.keys[id] = json;
  root[DIRECTOR_FIELD] = { keyids: [id], threshold: 1 };
  repository().write('root', keys);
}

async function refused(version: string, code: string): Promise<void> {
  await until(`${version} is refused with ${code}`, () => {
    const status = stage.world.statusOf(APP);
    const codes = [status?.code, ...(status?.refusals ?? []).map((refusal) => refusal.code)];
    return status?.version === version && codes.includes(code as never);
  });
}

async function strangersRefused(count: number): Promise<void> {
  const strangers = () =>
    stage.world.events('desired_refused').filter(({ body }) => JSON.stringify(body).includes('key_unknown:'));
  await until(`${count} strangers are refused`, () => strangers().length === count);
}

test('the whole control plane without a key of the owner’s runs nothing that no publisher signed', async () => {
  const agent = await start();
  await install('1.0.0');
  const [runner] = childrenOf(agent.pid);
  const [publisher, owner, thief] = [keysOf(ROLE), keysOf('targets'), makeTestKey()];
  signAs(ROLE, thief);
  stage.world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
  await refused('2.0.0', 'arbitrary_software');
  appoint(thief);
  signAs('targets', thief);
  stage.world.want([{ version: '2.1.0', release: publish('2.1.0') }]);
  await refused('2.1.0', 'arbitrary_software');
  expect(childrenOf(agent.pid)).toEqual([runner]);

  signAs('targets', ...owner);
  signAs(ROLE, ...publisher);
  appoint(...publisher);
  await install('3.0.0');
});

test('a publisher’s key and the online keys without the director’s run nothing', async () => {
  const agent = await start();
  const first = await install('1.0.0');
  const [runner] = childrenOf(agent.pid);
  const evil = publish('2.0.0');
  const [publisher] = keysOf(ROLE);
  stage.world.want([{ version: '2.0.0', release: evil }], makeSigner(publisher?.privateKey));
  await strangersRefused(1);
  const { version } = repository().snapshot;
  stage.world.want([{ version: '1.0.0', release: first }], stage.world.director, { trust: version });
  const file = `/device/v1/tuf/${version}.snapshot.json`;
  await until('the device has read what was signed', () => stage.world.requests.includes(file));
  expect(childrenOf(agent.pid)).toEqual([runner]);
  await install('1.1.0');
  expect(stage.world.items.flatMap(({ body }) => JSON.stringify(body)).join()).not.toContain(evil);
});

test('the director’s key alone chooses among what publishers signed, down to the floor, and stops it', async () => {
  const agent = await start();
  const first = await install('1.0.0');
  const second = await install('2.0.0');
  stage.world.want([{ version: '1.0.0', release: first, rollback: true }]);
  await reached('healthy', '1.0.0');
  stage.world.want([{ version: '2.0.0', release: `sha256:${'f'.repeat(64)}` }]);
  await refused('2.0.0', 'release_disagrees');
  const third = await install('3.0.0');
  stage.world.owner.raiseFloor(APP, stage.world.releaseOf(third).releaseCounter);
  stage.world.want([{ version: '2.0.0', release: second, rollback: true }]);
  await refused('2.0.0', 'below_floor');
  expect(stage.world.statusOf(APP)?.running?.version).toBe('3.0.0');
  stage.world.want([]);
  await until('nothing runs', () => childrenOf(agent.pid).length === 0);
});

test('a publisher and the director together run what they like as their own app, within the policy of the device', async () => {
  configure({ policy: { memoryBytesMax: 32 * MIB } });
  await start();
  await install('1.0.0');
  stage.world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
  await reached('healthy', '2.0.0');
  const limits = { memoryBytes: 64 * MIB, cpuShare: 1, wallMs: 2_000 } as Release['limits'];
  const greedy = stage.world.publish({ version: '3.0.0', module: tinyModule({ label: '3.0.0' }), patch: { limits } });
  stage.world.want([{ version: '3.0.0', release: greedy }]);
  await refused('3.0.0', 'memory_above_limit');

  const other = stage.world.publish({ app: 'other', version: '1.0.0', module: tinyModule({ label: 'other' }) });
  const forged = { ...stage.world.releaseOf(other), version: '2.0.0' } as Release;
  const bytes = Buffer.from(JSON.stringify(forged));
  const path = releaseTargetPath(TENANT, 'other', '2.0.0');
  repository().addTarget(ROLE, path, bytes, customOfRelease(forged));
  repository().publishTargets(ROLE);
  const digest = `sha256:${repository().document(ROLE).targets[path]?.hashes.sha256}`;
  stage.world.want([{ app: 'other', version: '2.0.0', release: digest }]);
  await until('the app of another is refused', () => stage.world.statusOf('other')?.state === 'rejected');
  expect(stage.world.statusOf('other')?.code).toBe('target_unknown');
});

test('the targets key with the control plane runs anything, until root names another', async () => {
  configure({ onRevoked: 'stop' });
  await start();
  await install('1.0.0');
  const publisher = keysOf(ROLE);
  const thief = makeTestKey();
  appoint(thief);
  signAs(ROLE, thief);
  const evil = await install('2.0.0');

  repository().setKeys('targets', 1, 1);
  repository().publish('root');
  signAs(ROLE, ...publisher);
  appoint(...publisher);
  stage.world.owner.revoke(APP, '2.0.0');
  const trust = repository().snapshot.version;
  stage.world.want([{ version: '2.0.0', release: evil }], stage.world.director, { trust });
  await reached('failed', '2.0.0');
  expect(stage.world.statusOf(APP)?.code).toBe('target_unknown');
  await install('3.0.0');
});

test('root keys below the threshold are worth nothing; a threshold of them is worth the device', async () => {
  const agent = await start();
  await install('1.0.0');
  const [runner] = childrenOf(agent.pid);
  const [one, two] = keysOf('root');
  if (one === undefined || two === undefined) throw new Error('no root keys');
  const thief = makeSigner();
  const release = publish('2.0.0');
  repository().root.version += 1;
  writeRoot(thief, one);
  stage.world.want([{ version: '2.0.0', release }], thief);
  await strangersRefused(1);
  expect(childrenOf(agent.pid)).toEqual([runner]);

  repository().setKeys('targets', 1, 1);
  writeRoot(thief, one, two);
  const own = makeTestKey();
  signAs(ROLE, own);
  appoint(own);
  stage.world.want([{ version: '3.0.0', release: publish('3.0.0') }], thief);
  await reached('healthy', '3.0.0');
});
