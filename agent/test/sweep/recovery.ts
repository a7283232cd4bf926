import { join } from 'node:path';
import { until } from '../until.ts';
import { type DiskImage, writeImage } from './disk-image.ts';
import { type DiskMeaning, differences, outboxGaps, readMeaning } from './disk-meaning.ts';
import { beginLife, dispose, type LifeOptions } from './life.ts';
import { isAtRest, type Scenario } from './scenarios.ts';

/**
 * What a disk leads to: online to the same end as without the crash, offline to one of the versions that may run. Null: all is well.
 * Whoever asks takes the world off line.
 */
export interface Recovery {
  online(image: DiskImage, options?: Partial<LifeOptions>): Promise<string | null>;
  offline(image: DiskImage, options?: Partial<LifeOptions>): Promise<string | null>;
}

let places = 0;

export function createRecovery(
  scenario: Scenario,
  scratch: string,
  end: DiskMeaning | null,
  withinMs = 60_000,
): Recovery {
  const { script } = scenario;
  const place = (image: DiskImage) => {
    places += 1;
    return writeImage(image, join(scratch, `recovery-${places}`));
  };

  return {
    async online(image, options = {}) {
      const folder = place(image);
      const life = await beginLife({ folder, script, ...options });
      const isDone = () =>
        end === null ? isAtRest(folder, scenario.end) : differences(readMeaning(folder), end).length === 0;
      try {
        await until('the end', isDone, withinMs);
        const gaps = outboxGaps(folder);
        return gaps.length === 0 ? null : `O3: ${gaps}`;
      } catch {
        return `A4: ${end === null ? JSON.stringify(readMeaning(folder)) : differences(readMeaning(folder), end)}`;
      } finally {
        await life.stop();
        dispose(folder);
      }
    },
    async offline(image, options = {}) {
      const folder = place(image);
      const life = await beginLife({ folder, script, ...options });
      try {
        await until('one of them runs', () => scenario.mayRun.includes(life.running() ?? ''), withinMs);
        return null;
      } catch {
        return `left worse: ${life.running()} runs, ${JSON.stringify(readMeaning(folder))}`;
      } finally {
        await life.stop();
        dispose(folder);
      }
    },
  };
}
