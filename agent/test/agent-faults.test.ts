import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atMost } from '../src/shell/at-most.ts';
import { type DiskImage, readImage, writeImage } from './sweep/disk-image.ts';
import { brokenRules, type DiskMeaning, differences, keyOf, readMeaning } from './sweep/disk-meaning.ts';
import { failAt } from './sweep/failing-disk.ts';
import { beginLife, type Life, liveUntil } from './sweep/life.ts';
import { isAtRest, makeScenarios, type Scenario } from './sweep/scenarios.ts';

/** Every effect of an install, updates, failed updates and a removal fails once: a full disk, a broken one, a read-only one; also where fsync fails. */
const CODES = ['ENOSPC', 'EIO', 'EROFS'];
const AT_ONCE = 8;
/** A failure is either over by then, or waits for its next try, which the next life makes at once. */
const LIVES_ON_MS = 400;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-faults-'));
let scenarios: readonly Scenario[] = [];

beforeAll(async () => {
  scenarios = await makeScenarios();
});
afterAll(async () => {
  for (const { world } of scenarios) await world.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const place = (image: DiskImage) => writeImage(image, mkdtempSync(join(scratch, 'device-')));

test.each(['install', 'update', 'failed update', 'swap', 'failed swap', 'removal'])('during: %s', async (name) => {
  const scenario = scenarios.find((one) => one.name === name) ?? expect.fail(name);
  const { script } = scenario;
  const clean = place(scenario.begin);
  const measured = await liveUntil({ folder: clean, script }, 'the end', () => isAtRest(clean, scenario.end));
  const end = readMeaning(clean);
  const slots = atMost(AT_ONCE);
  const recover = makeRecover(script, end);
  const numbers = Array.from({ length: measured.effects.count() }, (_, at) => at + 1);
  const problems = await Promise.all(
    numbers.map((n) => slots(() => failOnce(scenario, n, CODES[n % CODES.length] ?? '', end, recover))),
  );
  expect(problems.flat()).toEqual([]);
});

async function failOnce(
  scenario: Scenario,
  n: number,
  code: string,
  end: DiskMeaning,
  recover: Recover,
): Promise<readonly string[]> {
  const { script } = scenario;
  const folder = place(scenario.begin);
  const before = readMeaning(folder);
  const disk = failAt(folder, n, code);
  const isDone = () => differences(readMeaning(folder), end).length === 0;
  let life: Life | null = null;
  try {
    life = await beginLife({ folder, script, effects: disk.effects });
  } catch {
    // It could not even begin: the service manager starts it again.
  }
  if (life !== null) await Promise.race([pause(LIVES_ON_MS), until(() => disk.diedWith() !== null || isDone())]);
  const left = disk.diedWith() ?? readImage(folder);
  await life?.stop().catch(() => {});
  const next = place(left);
  const meaning = readMeaning(next);
  const broken = brokenRules(before, meaning).map((rule) => `${rule}: ${n} ${code}`);
  const problem = await recover(next, meaning);
  return problem === null ? broken : [...broken, `A4: ${n} ${code}: ${problem}`];
}

/** Null: the next life came to the end. */
type Recover = (folder: string, meaning: DiskMeaning) => Promise<string | null>;

/** Disks that mean the same have one future (see closure.ts): it is lived once. */
function makeRecover(script: Scenario['script'], end: DiskMeaning): Recover {
  const futures = new Map<string, Promise<string | null>>();
  const live = async (folder: string) => {
    const isAtEnd = () => differences(readMeaning(folder), end).length === 0;
    try {
      await liveUntil({ folder, script }, 'the end', isAtEnd);
      return null;
    } catch {
      return differences(readMeaning(folder), end).join('; ');
    }
  };
  return (folder, meaning) => {
    const key = keyOf(meaning);
    const future = futures.get(key) ?? live(folder);
    futures.set(key, future);
    return future;
  };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < LIVES_ON_MS && !isSo(); waited += 10) await pause(10);
}
