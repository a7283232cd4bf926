import { rmSync } from 'node:fs';
import type { Options } from './command-line.ts';
import type { Scenario } from './faults.ts';
import type { Job } from './jobs.ts';
import { copyWithMutant } from './mutant-copy.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { runJobs } from './pool.ts';

/** Removes each rule from the code and asks whether the check of exactly that rule notices. */
const DEVICES = 40;

export interface Verdict {
  readonly rule: string;
  readonly mutant: string;
  readonly caught: number;
  readonly seeds: number;
}

export async function mutate(options: Options, say: (line: string) => void): Promise<number> {
  const beganMs = performance.now();
  const verdicts = await judgeMutants(MUTANTS, options);
  const widest = Math.max(...verdicts.map(({ mutant }) => mutant.length));
  for (const { rule, mutant, caught, seeds } of verdicts)
    say(
      `${rule.padEnd(4)} ${mutant.padEnd(widest)} ${caught === 0 ? 'SURVIVED' : `caught in ${caught} of ${seeds} seeds`}`,
    );
  const survived = verdicts.filter(({ caught }) => caught === 0).length;
  const seconds = Math.round((performance.now() - beganMs) / 10) / 100;
  const sums = { mutants: verdicts.length, survived, seconds };
  say(
    options.isJson
      ? JSON.stringify({ ...sums, verdicts })
      : `${sums.mutants} mutants, ${survived} survived, ${seconds} s`,
  );
  return survived === 0 ? 0 : 1;
}

export async function judgeMutants(
  mutants: readonly Mutant[],
  {
    seeds,
    from,
    devices,
    faults,
    healAtMs,
    workers,
  }: Pick<Options, 'seeds' | 'from' | 'devices' | 'faults' | 'healAtMs' | 'workers'>,
): Promise<Verdict[]> {
  const scenarios = Array.from({ length: seeds }, (_, at): Scenario => {
    return { seed: from + at, devices: devices ?? DEVICES, faults, healAtMs };
  });
  const folders: string[] = [];
  try {
    const jobs = mutants.map((mutant): Job => {
      const base = { until: mutant.rule, scenarios };
      if ('flaw' in mutant) return { ...base, flaw: mutant.flaw };
      const folder = copyWithMutant(mutant);
      folders.push(folder);
      return { ...base, folder };
    });
    const results = await runJobs(jobs, workers);
    return mutants.map(({ rule, name }, at): Verdict => {
      const caught = results[at]?.violations.filter(({ violation }) => violation.rule === rule).length ?? 0;
      return { rule, mutant: name, caught, seeds };
    });
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}
