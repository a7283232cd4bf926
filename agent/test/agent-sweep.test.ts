import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeOver } from './sweep/closure.ts';
import { createRecovery } from './sweep/recovery.ts';
import { makeScenarios, makeUpdate, type Scenario } from './sweep/scenarios.ts';

/** Rule A4 for every n, every pair (n, m) and every longer row of crashes; the real agent in this process, the disk copied at each effect. */
const scratch = mkdtempSync(join(tmpdir(), 'wherry-sweep-'));
let scenarios: readonly Scenario[] = [];

beforeAll(async () => {
  scenarios = await makeScenarios();
});
afterAll(async () => {
  for (const { world } of scenarios) await world.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

/** What a broken agent would leave: the sweep must notice it. */
const BROKEN: readonly (readonly [string, (name: string) => boolean, RegExp])[] = [
  [
    'the release that is good is gone',
    (name) => name.startsWith('blobs/') || name.startsWith('releases/'),
    /left worse/,
  ],
  ['what was decided is forgotten', (name) => name.startsWith('state.db') || name.endsWith('.json'), /A3|left worse/],
];

test.each(BROKEN)('it notices when %s', async (_, isLost, expected) => {
  const { world, begin, ...rest } = await makeUpdate();
  const image = new Map([...begin].filter(([name]) => !isLost(name) || /^(identity|trust)/.test(name)));
  const recovery = createRecovery({ ...rest, world, begin }, scratch, null, 1_000);
  world.isOffline = true;
  expect(await recovery.offline(image)).toMatch(expected);
  await world.dispose();
});

test.each(['install', 'update', 'failed update', 'swap', 'failed swap', 'removal'])(
  'crashes in any row during: %s',
  async (name) => {
    const scenario = scenarios.find((one) => one.name === name) ?? expect.fail(name);
    const { effects, pairs, meanings, problems } = await closeOver(scenario, scratch);
    process.stderr.write(`${name}: ${effects} effects, ${pairs} pairs of crashes, ${meanings} different disks\n`);
    expect(problems).toEqual([]);
    expect(effects).toBeGreaterThan(15);
    expect(pairs).toBeGreaterThan(effects * 10);
  },
);
