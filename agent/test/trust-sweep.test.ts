import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { atMost } from '../src/shell/at-most.ts';
import { makeWorld, type World } from './agent-world.ts';
import { makeSigner } from './signing.ts';
import { type DiskImage, readImage, sha256, writeImage } from './sweep/disk-image.ts';
import { liveUntil } from './sweep/life.ts';
import { createRecovery } from './sweep/recovery.ts';
import { isAtRest, makeUpdate, type Scenario } from './sweep/scenarios.ts';
import { tinyModule } from './tiny-module.ts';

/**
 * Rules A2 and A4 where an agent writes down whom it trusts: the power goes at each instant at which trusted metadata lies on the disk as
 * at no other. For the sweep of all effects (agent-sweep.test.ts) disks that differ in nothing else are one.
 */
const LIVES_AT_ONCE = 4;
const HEALTH = { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'wherry-trust-sweep-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a first installation', async () => {
  const world = await makeWorld(null, 'pi-0');
  const begin = readImage(world.folder);
  world.want([{ version: '1.0.0', release: publish(world, '1.0.0') }]);
  const end = { state: 'healthy', version: '1.0.0' };
  await sweep({ name: 'install', world, begin, mayRun: [], script: () => {}, end });
});

test('an update that comes with another root, another director and other online keys', async () => {
  const { world, ...rest } = await makeUpdate();
  const { owner } = world;
  const { repository } = owner;
  const release = publish(world, '3.0.0');
  const director = makeSigner();
  const before = repository.signers.get('root') ?? [];
  const after = repository.setKeys('root', 3, 2);
  for (const role of ['snapshot', 'timestamp'] as const) repository.setKeys(role, 1, 1);
  owner.changeDirector(director);
  repository.write('root', [...before, ...after]);
  repository.publish('snapshot', 'timestamp');
  world.want([{ version: '3.0.0', release }], director);
  const end = { state: 'healthy', version: '3.0.0' };
  await sweep({ ...rest, name: 'update', world, mayRun: ['1.0.0', '3.0.0'], end });
});

function publish(world: World, version: string): string {
  return world.publish({ version, module: tinyModule({ label: version }), patch: { health: HEALTH } });
}

async function sweep(scenario: Scenario): Promise<void> {
  const { world, mayRun } = scenario;
  try {
    const images = await instantsOf(scenario);
    expect(images.length).toBeGreaterThan(15);
    const recovery = createRecovery(scenario, scratch, null);
    const slots = atMost(LIVES_AT_ONCE);
    const all = (play: (image: DiskImage) => Promise<string | null>) =>
      Promise.all(images.map((image) => slots(() => play(image))));
    const well = images.map(() => null);
    expect(await all((image) => recovery.online(image))).toEqual(well);
    world.isOffline = true;
    if (mayRun.length > 0) expect(await all((image) => recovery.offline(image))).toEqual(well);
  } finally {
    await world.dispose();
  }
}

/** One life that ends well, and its disk before each effect that finds another state of trust. */
async function instantsOf({ begin, script, end }: Scenario): Promise<readonly DiskImage[]> {
  const folder = writeImage(begin, join(scratch, `life-${end?.version}`));
  const images = new Map<string, DiskImage>();
  let isOver = false;
  const onEffect = () => {
    if (isOver) return;
    const image = readImage(folder);
    const trust = [...image].filter(([name]) => name.startsWith('trust/'));
    const key = trust.map(([name, bytes]) => `${name} ${sha256(bytes)}`).join('\n');
    if (!images.has(key)) images.set(key, image);
  };
  await liveUntil({ folder, script, onEffect }, 'the end', () => isAtRest(folder, end));
  isOver = true;
  return [...images.values()];
}
