import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runAgent } from './agent-process.ts';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** The whole agent as a process, with real Wasm runners, a real broker and a real HTTP server with real signatures. */
const stage = setUpStage();
const { start, reached, publish, install } = stage;

test('a release is installed, updated, and removed; what is no longer needed is collected', async () => {
  const agent = await start();
  expect(agent.ready).toMatchObject({ device: expect.stringMatching(/^default\/pi-/), http: null });
  await install('1.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ variant: 'wasm', runtime: 'wasm', restarts: 0 });
  expect(stage.world.items[0]?.body).toMatchObject({ type: 'state', full: true, inventory: { target: 'generic-x64' } });
  await install('1.1.0');
  const blobs = () => readdirSync(join(stage.world.folder, 'blobs')).filter((name) => name !== 'partial');
  await until('one blob is left', () => blobs().length === 1);
  expect(childrenOf(agent.pid)).toHaveLength(1);
  stage.world.want([]);
  await until('the app is gone', () => stage.world.statusOf(APP) === undefined && blobs().length === 0);
  await until('its runner is gone', () => childrenOf(agent.pid).length === 0);
  expect(stage.world.events('workload_removed')).toHaveLength(1);
  expect(await agent.stop()).toBe(0);
});

test('an update that fails its probes is put back, quarantined, and tried again at a higher attempt only', async () => {
  await start();
  const first = await install('1.0.0');
  const bad = publish('2.0.0', { health: 1 });
  stage.world.want([{ version: '2.0.0', release: bad }]);
  await reached('reverted', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({
    code: 'health_failed',
    running: { version: '1.0.0', release: first },
  });
  stage.world.want([{ version: '1.0.0', release: first }]);
  await reached('healthy', '1.0.0');
  stage.world.want([{ version: '2.0.0', release: bad }]);
  await reached('rejected', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'quarantined', running: { version: '1.0.0' } });
  stage.world.want([{ version: '2.0.0', release: bad, attempt: 2 }]);
  await reached('reverted', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ attempt: 2, code: 'health_failed' });
});

test('an update whose start traps is put back; a first release that traps fails with nothing to go back to', async () => {
  const agent = await start();
  stage.world.want([{ version: '0.9.0', release: publish('0.9.0', { onStart: 'trap' }) }]);
  await reached('failed', '0.9.0');
  expect(childrenOf(agent.pid)).toHaveLength(0);
  await install('1.0.0');
  stage.world.want([{ version: '2.0.0', release: publish('2.0.0', { onStart: 'trap' }) }]);
  await reached('reverted', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'crash_loop', running: { version: '1.0.0' } });
  expect(childrenOf(agent.pid)).toHaveLength(1);
});

test('an older release is refused, unless it is an explicit rollback', async () => {
  await start();
  const first = await install('1.0.0');
  await install('1.1.0');
  stage.world.want([{ version: '1.0.0', release: first }]);
  await reached('rejected', '1.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'version_not_higher', running: { version: '1.1.0' } });
  stage.world.want([{ version: '1.0.0', release: first, rollback: true, attempt: 2 }]);
  await reached('healthy', '1.0.0');
});

test('after SIGKILL and without any network it runs what it ran, and tells it later', async () => {
  const agent = await start();
  await install('1.0.0');
  await agent.kill();
  stage.world.isOffline = true;
  await stage.broker.kill();
  const again = await start();
  await until('the module runs again', () => childrenOf(again.pid).length === 1);
  stage.world.isOffline = false;
  await stage.broker.start();
  const before = stage.world.items.length;
  await until('the new start is reported', () =>
    stage.world.items.slice(before).some(({ body }) => body.type === 'state' && body.full === true),
  );
  expect(stage.world.statusOf(APP)).toMatchObject({ state: 'healthy', version: '1.0.0' });
  expect(stage.world.events('storage_damaged')).toEqual([]);
});

test('new settings restart the program; the same ones do not', async () => {
  const agent = await start();
  const release = stage.world.publish({
    version: '1.0.0',
    module: tinyModule({ label: '1.0.0' }),
    patch: { config: { ZONE: { type: 'string', default: 'hall' } } } as never,
  });
  stage.world.want([{ version: '1.0.0', release }]);
  await reached('healthy', '1.0.0');
  const [runner] = childrenOf(agent.pid);
  stage.world.want([{ version: '1.0.0', release }]);
  await until('a generation that changes nothing is told', () =>
    stage.world.items.some(({ body }) => body.type === 'state' && body.generation === 2),
  );
  stage.world.want([{ version: '1.0.0', release, config: { ZONE: 'attic' } }]);
  await until(
    'another runner',
    () => !childrenOf(agent.pid).includes(runner ?? 0) && childrenOf(agent.pid).length === 1,
  );
  await reached('healthy', '1.0.0');
  expect(stage.world.events('workload_started')).toHaveLength(2);
});

test('without an engine a container is refused with the reason, and so is the module before it', async () => {
  await start();
  const container = { kind: 'container', image: `sha256:${'a'.repeat(64)}`, platforms: ['linux/s390x'] };
  // Imports something that no capability grants.
  const module = Buffer.from('0061736d01000000010401600000020b0103656e760372756e0000', 'hex');
  const placed = stage.world.publish({ version: '1.0.0', module });
  const release = stage.world.releaseOf(placed);
  const both = stage.world.offer({ ...release, variants: [...release.variants, container] } as never);
  stage.world.want([{ version: '1.0.0', release: both }]);
  await reached('rejected', '1.0.0');
  const status = stage.world.statusOf(APP);
  expect(status?.code).toBe('no_variant_fits');
  expect(status?.refusals?.map(({ variant, kind }) => [variant, kind])).toEqual([
    [0, 'wasm'],
    [1, 'container'],
  ]);
});

test('a second agent on the same folder is refused; status tells what runs', async () => {
  await start();
  await install('1.0.0');
  const second = await runAgent(['run', '--data', stage.world.folder]);
  expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('conflict') });
  const status = await runAgent(['status', '--data', stage.world.folder, '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({
    running: true,
    generation: 1,
    workloads: [{ app: APP, version: '1.0.0', state: 'healthy', lastGood: { version: '1.0.0' } }],
  });
});
