import { join } from 'node:path';
import type { Attack, Result } from './attack.ts';
import { loadAttack } from './catalogue.ts';
import { runAttack } from './run-attack.ts';
import { openStage, type Stage } from './stage.ts';

/** Attacks one after another on a few agents, one of which has a hostile runner. A fallen agent is replaced. */
export interface SuiteOptions {
  readonly names: readonly string[];
  readonly onResult: (result: Result) => void;
  /** Entry of an altered agent. */
  readonly main?: string;
}

const LANES = 2;
export const HOSTILE_RUNNER = join(import.meta.dirname, 'hostile-runner.mjs');

export async function runSuite({ names, onResult, main }: SuiteOptions): Promise<readonly Result[]> {
  const attacks = await Promise.all(names.map(async (name) => ({ name, attack: await loadAttack(name) })));
  const results: Result[] = [];
  const take = (result: Result) => {
    results.push(result);
    onResult(result);
  };
  const on = (device: 'ordinary' | 'hostile-runner') =>
    attacks.filter(({ attack }) => (attack.device ?? 'ordinary') === device);
  const lanes = await Promise.allSettled([
    ...lanesOf(on('ordinary')).map((lane) => runOn(lane, { main, runner: undefined }, take)),
    runOn(on('hostile-runner'), { main, runner: HOSTILE_RUNNER }, take),
  ]);
  // Only when all have ended, so that none leaves its processes behind.
  const failed = lanes.find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}

/** Most attacks wait for a limit: several agents side by side wait together. */
function lanesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: LANES }, (_, lane) => items.filter((_item, at) => at % LANES === lane));
}

async function runOn(
  attacks: readonly { readonly name: string; readonly attack: Attack }[],
  { main, runner }: { main: string | undefined; runner: string | undefined },
  onResult: (result: Result) => void,
): Promise<void> {
  let stage: Stage | null = null;
  try {
    for (const { name, attack } of attacks) {
      stage ??= await openStage({
        ...(main === undefined ? {} : { main }),
        ...(runner === undefined ? {} : { runner }),
      });
      const result = await runAttack(name, attack, stage);
      onResult(result);
      if (result.down === null) continue;
      await stage.close();
      stage = null;
    }
  } finally {
    await stage?.close();
  }
}
