import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { makeSigner } from './signing.ts';
import { until } from './until.ts';

/** What the owner changes while a device runs: another director, a release taken back. A real agent over its own folder. */
const stage = setUpStage();
const { start, reached, publish, install } = stage;

const configure = (config: object) =>
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ runnerPool: 0, ...config }));

/** The director says again what it wanted, and that there is newer metadata. */
function tellOfNews(version: string, release: string): void {
  const trust = stage.world.owner.repository.snapshot.version;
  stage.world.want([{ version, release }], stage.world.director, { trust });
}

test('a new director is believed once the owner’s root names it, and the one before no more', async () => {
  await start();
  await install('1.0.0');
  const next = makeSigner();
  const release = publish('2.0.0');
  stage.world.want([{ version: '2.0.0', release }], next);
  const refused = () => stage.world.events('desired_refused');
  await until('a director whom no root names is refused', () => refused().length === 1);
  stage.world.owner.changeDirector(next);
  stage.world.want([{ version: '2.0.0', release }], next);
  await reached('healthy', '2.0.0');
  stage.world.want([{ version: '1.0.0', release, rollback: true }]);
  await until('the director before is refused', () => refused().length === 2);
  stage.world.want([{ version: '3.0.0', release: publish('3.0.0') }], next);
  await reached('healthy', '3.0.0');
});

test('a revoked release is stopped where policy says so, and starts again once it is named again', async () => {
  configure({ onRevoked: 'stop' });
  const agent = await start();
  const release = await install('1.0.0');
  expect(childrenOf(agent.pid)).toHaveLength(1);
  stage.world.owner.revoke(APP, '1.0.0');
  tellOfNews('1.0.0', release);
  await reached('failed', '1.0.0');
  await until('nothing runs', () => childrenOf(agent.pid).length === 0);
  expect(stage.world.statusOf(APP)?.code).toBe('target_unknown');
  await until('it is told', () => stage.world.events('release_revoked').length === 1);
  const again = stage.world.offer({ ...stage.world.releaseOf(release) });
  stage.world.want([{ version: '1.0.0', release: again, attempt: 2 }]);
  await reached('healthy', '1.0.0');
});

test('otherwise it goes on, and is not started again, with a network or without', async () => {
  const agent = await start();
  const release = await install('1.0.0');
  const [runner] = childrenOf(agent.pid);
  stage.world.owner.revoke(APP, '1.0.0');
  tellOfNews('1.0.0', release);
  await until('it is told', () => stage.world.events('release_revoked').length === 1);
  expect(childrenOf(agent.pid)).toEqual([runner]);
  expect(stage.world.statusOf(APP)?.state).toBe('healthy');
  await agent.kill();
  stage.world.isOffline = true;
  const second = await start();
  await until('the start is refused', () => stage.world.events('workload_crashed').length > 0);
  expect(childrenOf(second.pid)).toEqual([]);
  const [crash] = stage.world.events('workload_crashed');
  expect(JSON.stringify(crash?.body)).toContain('target_unknown');
});

test('a release below the floor that the owner raised is stopped too; that of another app goes on', async () => {
  configure({ onRevoked: 'stop' });
  await start();
  const first = await install('1.0.0');
  const template = stage.world.releaseOf(first);
  const other = stage.world.offer({ ...template, app: 'other' as typeof template.app });
  const wanted = [
    { version: '1.0.0', release: first },
    { app: 'other', version: '1.0.0', release: other },
  ];
  stage.world.want(wanted);
  await until('the other one runs', () => stage.world.statusOf('other')?.state === 'healthy');
  stage.world.owner.raiseFloor(APP, template.releaseCounter + 1);
  stage.world.want(wanted, stage.world.director, { trust: stage.world.owner.repository.snapshot.version });
  await reached('failed', '1.0.0');
  expect(stage.world.statusOf(APP)?.code).toBe('below_floor');
  expect(stage.world.statusOf('other')?.state).toBe('healthy');
});
