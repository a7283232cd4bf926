import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAlteredCopy } from '../altered-copy.ts';
import { type Ran, runCopies } from './run-copies.ts';
import type { TrustDefence } from './trust-defence.ts';

/** What came of taking one defence away. */
export interface TrustBitten {
  readonly defence: TrustDefence;
  /** Null: each of its tampers was seen to get through. */
  readonly survived: string | null;
}

const WHOLE = 'whole';
/** What a test needs beside the agent and the contract. */
const MORE = ['agent/test', 'control-plane/cli/src'];

/**
 * Each defence is taken out of a copy of its own, and the tests of its tampers run there. That these fail counts only where they hold in
 * a copy with nothing taken out, and where the rest of their file still runs.
 */
export async function biteTrust(defences: readonly TrustDefence[]): Promise<readonly TrustBitten[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wherry-bite-')));
  try {
    writeAlteredCopy(join(folder, WHOLE), [], MORE);
    for (const { name, test, replacements } of defences)
      writeAlteredCopy(
        join(folder, name),
        replacements,
        MORE.filter((part) => test.startsWith(`${part}/`)),
      );
    const tests = [...new Set(defences.map(({ test }) => test))];
    const files = [...tests.map((test) => `${WHOLE}/${test}`), ...defences.map(({ name, test }) => `${name}/${test}`)];
    const ran = await runCopies(folder, files);
    const resultsOf = (copy: string, test: string) => ran.get(join(folder, copy, test)) ?? [];
    return defences.map((defence) => ({
      defence,
      survived: judge(defence, resultsOf(WHOLE, defence.test), resultsOf(defence.name, defence.test)),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(
  { test, tampers, boundsTime }: TrustDefence,
  whole: readonly Ran[],
  altered: readonly Ran[],
): string | null {
  for (const tamper of tampers) {
    const named = whole.filter(({ title }) => title.includes(tamper));
    if (named.length === 0) return `${test} has no test “${tamper}”`;
    const broken = named.find(({ hasPassed }) => !hasPassed);
    if (broken !== undefined) return `“${broken.title}” fails with all defences: ${broken.message}`;
    const held = altered.filter(({ title }) => title.includes(tamper));
    if (held.length < named.length) return `${test} does not run without it`;
    const kept = held.find(({ hasPassed }) => hasPassed);
    if (kept !== undefined) return `“${kept.title}” is refused without it`;
    const late = boundsTime ? undefined : held.find(({ isLate }) => isLate);
    if (late !== undefined) return `“${late.title}” ran out of time: try again when the machine has more of it`;
  }
  // Where nothing works any more, that a tamper does not get through as it should shows nothing.
  return altered.some(({ hasPassed }) => hasPassed) ? null : `nothing of ${test} holds without it`;
}
