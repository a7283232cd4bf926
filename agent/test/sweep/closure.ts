import { join } from 'node:path';
import { atMost } from '../../src/shell/at-most.ts';
import { type DiskImage, readImage, writeImage } from './disk-image.ts';
import { brokenRules, type DiskMeaning, differences, keyOf, outboxGaps, readMeaning } from './disk-meaning.ts';
import { dispose, liveUntil } from './life.ts';
import { createRecovery } from './recovery.ts';
import { isAtRest, type Scenario } from './scenarios.ts';

/**
 * Every crash at every effect, then every crash at every effect of the recovery, and so on. A crash leaves nothing but the disk, so two
 * crashes whose disks mean the same have one future: each meaning is played once, and what it leads to is added until nothing new
 * comes. This covers every pair of crashes, and every longer row of them, with as many lives as there are meanings.
 */
export interface Closure {
  /** Effects of the run without a crash. */
  readonly effects: number;
  /** Pairs (n, m): a crash at the n-th effect, then one at the m-th of the life after it. */
  readonly pairs: number;
  readonly meanings: number;
  readonly problems: readonly string[];
}

/** More meanings than any scenario has: a bound, so that a disk that keeps growing is an error and no endless test. */
const MEANINGS_MAX = 400;
const LIVES_AT_ONCE = 4;

interface Instant {
  readonly image: DiskImage;
  readonly meaning: DiskMeaning;
  readonly how: string;
}

export async function closeOver(scenario: Scenario, scratch: string): Promise<Closure> {
  const problems: string[] = [];
  const effectsAfter = new Map<string, number>();
  const known = new Map<string, Instant>();
  let waiting: (readonly [string, Instant])[] = [];
  let lives = 0;
  let end: DiskMeaning | null = null;

  const place = (image: DiskImage, kind: string) => {
    lives += 1;
    return writeImage(image, join(scratch, `${kind}-${lives}`));
  };

  /** One life that ends well. Answers the key of the disk at each of its effects. */
  async function live(instant: Instant): Promise<readonly string[]> {
    const folder = place(instant.image, 'life');
    const keys: string[] = [];
    let isOver = false;
    const onEffect = (n: number, name: string) => {
      // What an agent that was told to stop still does would end with its process.
      if (isOver) return;
      const meaning = readMeaning(folder);
      const key = keyOf(meaning);
      keys.push(key);
      const how = `${instant.how} → ${n} ${name}`;
      problems.push(...brokenRules(instant.meaning, meaning).map((rule) => `${rule}: ${how}`));
      if (known.has(key)) return;
      const next = { image: readImage(folder), meaning, how };
      known.set(key, next);
      waiting.push([key, next]);
    };
    const isDone = () =>
      end === null ? isAtRest(folder, scenario.end) : differences(readMeaning(folder), end).length === 0;
    try {
      await liveUntil({ folder, script: scenario.script, onEffect }, `the end of ${instant.how}`, isDone);
      problems.push(...outboxGaps(folder).map((gap) => `O3: ${gap}: ${instant.how}`));
    } catch (error) {
      const found = readMeaning(folder);
      problems.push(
        `A4: ${(error as Error).message}: ${end === null ? JSON.stringify(found) : differences(found, end)}`,
      );
    }
    isOver = true;
    end ??= readMeaning(folder);
    dispose(folder);
    return keys;
  }

  const begin = place(scenario.begin, 'begin');
  const keys = await live({ image: scenario.begin, meaning: readMeaning(begin), how: scenario.name });
  const slots = atMost(LIVES_AT_ONCE);
  while (waiting.length > 0 && known.size <= MEANINGS_MAX) {
    const some = waiting;
    waiting = [];
    await Promise.all(
      some.map(([key, instant]) => slots(async () => void effectsAfter.set(key, (await live(instant)).length))),
    );
  }
  if (known.size > MEANINGS_MAX) problems.push(`more than ${MEANINGS_MAX} meanings`);
  scenario.world.isOffline = true;
  const recovery = createRecovery(scenario, scratch, end);
  const runOffline = async ({ image, how }: Instant) => {
    const problem = await recovery.offline(image);
    if (problem !== null) problems.push(`${problem}: ${how}`);
  };
  if (scenario.mayRun.length > 0)
    await Promise.all([...known.values()].map((instant) => slots(() => runOffline(instant))));
  scenario.world.isOffline = false;
  const pairs = keys.reduce((sum, key) => sum + (effectsAfter.get(key) ?? 0), 0);
  return { effects: keys.length, pairs, meanings: known.size, problems };
}
