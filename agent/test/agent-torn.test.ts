import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { atMost } from '../src/shell/at-most.ts';
import { changedFiles, type DiskImage, readImage, tear, withFile, writeImage } from './sweep/disk-image.ts';
import { type DiskMeaning, readMeaning } from './sweep/disk-meaning.ts';
import { liveUntil } from './sweep/life.ts';
import { createRecovery, type Recovery } from './sweep/recovery.ts';
import { isAtRest, makeFailedUpdate, makeUpdate, type Scenario } from './sweep/scenarios.ts';

/** Disks that break a write off, lose the content of a file, or decay: the agent finds its way back, and says what it found. */
const scratch = mkdtempSync(join(tmpdir(), 'wherry-torn-'));
/** Of the bytes of the write that was under way. */
const CUTS = [0, 0.31, 0.77, 0.999];
/** Most of a life is waiting for its health to be looked at. */
const LIVES_AT_ONCE = 6;

interface Write {
  readonly how: string;
  readonly before: DiskImage;
  readonly after: DiskImage;
}
let scenario: Scenario;
let writes: readonly Write[];
let done: DiskImage;
let end: DiskMeaning;
let recovery: Recovery;

beforeAll(async () => {
  scenario = await makeUpdate();
  const folder = writeImage(scenario.begin, join(scratch, 'clean'));
  const made: Write[] = [];
  let before = readImage(folder);
  const onEffectDone = (n: number, name: string) => {
    const after = readImage(folder);
    if (changedFiles(before, after).length > 0) made.push({ how: `${n} ${name}`, before, after });
    before = after;
  };
  await liveUntil({ folder, onEffectDone }, 'the update', () => isAtRest(folder, scenario.end));
  writes = made;
  done = readImage(folder);
  end = readMeaning(folder);
  recovery = createRecovery(scenario, scratch, end);
});
afterEach(() => {
  scenario.world.isOffline = false;
});
afterAll(async () => {
  await scenario.world.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

async function problemsOf(images: readonly { how: string; image: DiskImage }[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const slots = atMost(LIVES_AT_ONCE);
  for (const isOffline of [true, false]) {
    scenario.world.isOffline = isOffline;
    const recover = async ({ how, image }: (typeof images)[number]) => {
      const problem = isOffline ? await recovery.offline(image) : await recovery.online(image);
      if (problem !== null) problems.push(`${how}: ${problem}`);
    };
    await Promise.all(images.map((one) => slots(() => recover(one))));
  }
  return problems;
}

test('the write that was under way is cut off anywhere', async () => {
  const torn = writes.flatMap(({ how, before, after }) =>
    changedFiles(before, after).flatMap((name) =>
      CUTS.map((share) => ({ how: `${how}, ${name} at ${share}`, image: tear(before, after, name, share) })),
    ),
  );
  expect(torn.length).toBeGreaterThan(40);
  expect(await problemsOf(torn)).toEqual([]);
});

test('a renamed file has no content, or is gone, or holds something else', async () => {
  const names = [...done.keys()].filter((name) => /^(desired\.json|blobs\/[0-9a-f]+|releases\/.+\.json)$/.test(name));
  expect(names).toHaveLength(3);
  const lost = names.flatMap((name) => [
    { how: `${name} is empty`, image: withFile(done, name, Buffer.alloc(0)) },
    { how: `${name} is gone`, image: withFile(done, name, null) },
    { how: `${name} is noise`, image: withFile(done, name, Buffer.alloc(done.get(name)?.length ?? 0, 0x5a)) },
  ]);
  // Without its only copy nothing can run that needs it, until there is a network again.
  const online = await Promise.all(lost.map(async ({ how, image }) => [how, await recovery.online(image)]));
  expect(online.filter(([, problem]) => problem !== null)).toEqual([]);
});

test.each([
  ['is noise from the start', (bytes: Buffer) => Buffer.alloc(bytes.length, 0x5a)],
  [
    'is noise in the middle',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length, 7)]),
  ],
  ['has lost its end', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2))],
  ['is empty', () => Buffer.alloc(0)],
  ['is gone', () => null],
])(
  'a database that %s is rebuilt from the newest desired state, without a network, and it is told',
  async (_, damage) => {
    const checkpointed = withFile(done, 'state.db-wal', null);
    const image = withFile(checkpointed, 'state.db', damage(done.get('state.db') ?? Buffer.alloc(0)));
    scenario.world.isOffline = true;
    const folder = writeImage(image, mkdtempSync(join(scratch, 'damaged-')));
    const life = await liveUntil(
      { folder },
      'it runs again',
      (one) => one.running() === '2.0.0' && isAtRest(folder, scenario.end),
    );
    expect(readMeaning(folder).generation).toBe(2);
    expect(readImage(folder).get('identity.json')).toEqual(done.get('identity.json'));
    expect(life.told('storage_damaged')).toBeGreaterThan(0);
  },
);

test('with the database, neither the last good release is lost nor what failed', async () => {
  const failed = await makeFailedUpdate();
  const { world, script } = failed;
  const folder = writeImage(failed.begin, join(scratch, 'failed'));
  await liveUntil({ folder, script }, 'it is put back', () => isAtRest(folder, failed.end));
  world.isOffline = true;
  rmSync(join(folder, 'state.db'));
  rmSync(join(folder, 'state.db-wal'), { force: true });
  const life = await liveUntil({ folder, script }, 'it runs', (one) => one.running() === '1.0.0');
  expect(life.started()).toEqual(['1.0.0']);
  expect(readMeaning(folder).records).toMatchObject([{ phase: 'rejected', verdict: 'quarantined' }]);
  await world.dispose();
});
