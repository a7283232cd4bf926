import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStatus } from '../src/command-line/status.ts';
import { atMost } from '../src/shell/at-most.ts';
import { spawnAgent, startAgent } from './agent-process.ts';
import { setUpStage } from './agent-stage.ts';
import { APP, makeWorld, type World } from './agent-world.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** Disks that are full, read-only or failing: nothing new is installed, what ran goes on, and what happened is told. */
const MAIN = fileURLToPath(new URL('./agent-with-fake.ts', import.meta.url));

describe('an update that the disk does not take', () => {
  const stage = setUpStage();

  test.each([
    ['is full when the module is written', 'blob.write:ENOSPC', 'disk_full'],
    ['is full when it is synced', 'blob.sync:ENOSPC', 'disk_full'],
    ['is read-only for modules', 'blob.open:EROFS', 'download_failed'],
    ['fails when it is written', 'blob.write:EIO', 'download_failed'],
    ['is full when the release is written', 'file.create:ENOSPC', 'disk_full'],
  ])('because it %s, waits with the reason; when there is room again it goes on', async (_, fault, code) => {
    const first = await stage.start({ main: MAIN });
    await stage.install('1.0.0');
    await first.stop();
    const failing = await stage.start({ main: MAIN, env: { WHERRY_FAIL_AT: fault } });
    const release = stage.publish('2.0.0');
    stage.world.want([{ version: '2.0.0', release }]);
    await until(
      `it is told ${JSON.stringify(stage.world.statusOf(APP))}`,
      () => stage.world.statusOf(APP)?.code === code,
    );
    expect(stage.world.statusOf(APP)).toMatchObject({ version: '2.0.0', running: { version: '1.0.0' } });
    expect(['waiting', 'downloading']).toContain(stage.world.statusOf(APP)?.state);
    await failing.stop();
    await stage.start({ main: MAIN });
    await stage.reached('healthy', '2.0.0');
  });

  test('a database that is full keeps what runs running and the reports that are in it going out', async () => {
    const first = await stage.start({ main: MAIN });
    await stage.install('1.0.0');
    await first.stop();
    const before = stage.world.items.length;
    const failing = await stage.start({ main: MAIN, env: { WHERRY_FAIL_AT: 'db.desired:ENOSPC' } });
    await until('the new start is told', () => stage.world.items.length > before);
    const release = stage.publish('2.0.0');
    stage.world.want([{ version: '2.0.0', release }]);
    await until('it is logged', () => failing.stderr().includes('store a desired state'));
    expect(readStatus(stage.world.folder)).toMatchObject({
      running: true,
      generation: 1,
      workloads: [{ version: '1.0.0', state: 'healthy' }],
    });
    await failing.stop();
    await stage.start({ main: MAIN });
    await stage.reached('healthy', '2.0.0');
  });
});

describe('at any instant of an update', () => {
  const AT_ONCE = 2;
  /** Each costs two processes; agent-faults.test.ts takes every effect, in one. */
  const EVERY = 16;
  const scratch = mkdtempSync(join(tmpdir(), 'wherry-disk-'));
  let world: World;
  let effects = 0;

  beforeAll(async () => {
    world = await makeWorld(null, 'pi-0');
    world.want([{ version: '1.0.0', release: publish('1.0.0') }]);
    await runUntilHealthy(world.folder, '1.0.0', {});
    cpSync(world.folder, join(scratch, 'template'), { recursive: true });
    world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
    effects = await runUntilHealthy(copyOf('measured'), '2.0.0', {});
  });
  afterAll(async () => {
    await world.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  const publish = (version: string) => world.publish({ version, module: tinyModule({ label: version }) });
  const copyOf = (name: string) => {
    cpSync(join(scratch, 'template'), join(scratch, name), { recursive: true });
    return join(scratch, name);
  };
  const isHealthy = (folder: string, version: string) =>
    readStatus(folder).workloads.some((w) => w.app === APP && w.version === version && w.state === 'healthy');

  async function runUntilHealthy(folder: string, version: string, env: Readonly<Record<string, string>>) {
    const agent = await startAgent(folder, { main: MAIN, env });
    await until(`${version} is healthy in ${folder}: ${agent.stderr()}`, () => isHealthy(folder, version));
    await agent.stop();
    return Number(/"effects":(\d+)/.exec(agent.stderr())?.[1]);
  }

  test('a disk that fails once, full or broken, leads to the same end', { timeout: 300_000 }, async () => {
    expect(effects).toBeGreaterThan(25);
    const slots = atMost(AT_ONCE);
    const faults = Array.from({ length: Math.ceil(effects / EVERY) }, (_, at) => at * EVERY + 1).flatMap((n) =>
      ['ENOSPC', 'EIO'].map((code) => `${n}:${code}`),
    );
    await Promise.all(faults.map((fault) => slots(() => failOnce(fault))));
  });

  test.each(['blob.sync', 'folder.sync', 'db.deployment'])(
    'a failed fsync in %s ends the process, and the next one recovers',
    async (name) => {
      const folder = copyOf(`fsync-${name}`);
      const { child, out, exit } = spawnAgent(folder, { main: MAIN, env: { WHERRY_FAIL_AT: `${name}:EIO` } });
      await until(`it ends: ${out.stderr.slice(-2_000)}`, () => child.signalCode !== null || child.exitCode !== null);
      expect((await exit).signal).toBe('SIGKILL');
      expect(out.stderr).toContain(`{"fatal":"${name}"`);
      await runUntilHealthy(folder, '2.0.0', {});
    },
  );

  /** It recovers by itself, or ends (a failed fsync, or it could not even begin) and recovers when it is started again. */
  async function failOnce(fault: string): Promise<void> {
    const folder = copyOf(fault.replace(':', '-'));
    const { child, out, exit } = spawnAgent(folder, { main: MAIN, env: { WHERRY_FAIL_AT: fault } });
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    await until(`${fault}: ${out.stderr.slice(-2_000)}`, () => hasEnded() || isHealthy(folder, '2.0.0'));
    if (hasEnded() && child.signalCode !== null) expect(out.stderr).toContain('"fatal":');
    if (!hasEnded()) child.kill('SIGKILL');
    await exit;
    expect(isHealthy(folder, '1.0.0') || readStatus(folder).workloads.some((w) => w.version === '2.0.0')).toBe(true);
    await runUntilHealthy(folder, '2.0.0', {});
  }
});
