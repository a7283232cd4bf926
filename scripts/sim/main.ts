import { HELP, type Options, readOptions } from './command-line.ts';
import { DEFAULT_DEVICES, type Scenario } from './faults.ts';
import type { Job } from './jobs.ts';
import { loadMachines } from './machines.ts';
import { mutate } from './mutate.ts';
import { play } from './play.ts';
import { runJobs } from './pool.ts';
import { shrink } from './shrink.ts';
import { tellStory } from './story.ts';
import { sayLine } from './trace.ts';

/** The fleet simulator: docs/specs/simulation.md. */
const SEEDS_PER_JOB = 5;
const STORIES_MAX = 3;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(options: Options): Promise<number> {
  if (options.isHelp) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.isMutating) return await mutate(options, say);
  const scenarioOf = (seed: number): Scenario => ({
    seed,
    devices: options.devices ?? DEFAULT_DEVICES,
    faults: options.faults,
    healAtMs: options.healAtMs,
  });
  return options.seed === null ? await playMany(options, scenarioOf) : await playOne(scenarioOf(options.seed), options);
}

async function playOne(scenario: Scenario, { isTracing, isJson }: Options): Promise<number> {
  const { steps, violations, trace } = play(scenario, { machines: await loadMachines(), isTracing });
  for (const line of trace) say(sayLine(line));
  for (const { rule, message, about } of violations) say(`${rule}: ${about.join(', ')}: ${message}`);
  if (isJson) say(JSON.stringify({ seeds: 1, steps, violations: violations.length }));
  return violations.length === 0 ? 0 : 1;
}

async function playMany(options: Options, scenarioOf: (seed: number) => Scenario): Promise<number> {
  const beganMs = performance.now();
  const jobs: Job[] = [];
  for (let at = 0; at < options.seeds; at += SEEDS_PER_JOB) {
    const count = Math.min(SEEDS_PER_JOB, options.seeds - at);
    jobs.push({ scenarios: Array.from({ length: count }, (_, index) => scenarioOf(options.from + at + index)) });
  }
  const results = await runJobs(jobs, options.workers);
  const seconds = Math.round((performance.now() - beganMs) / 10) / 100;
  const found = results.flatMap(({ violations }) => violations);
  const steps = results.reduce((sum, result) => sum + result.steps, 0);
  const playing = { machines: await loadMachines() };
  for (const broken of found.slice(0, STORIES_MAX)) say(tellStory(shrink(broken, playing), playing));
  for (const { scenario, violation } of found.slice(STORIES_MAX))
    say(`${violation.rule} is broken in seed ${scenario.seed} too`);
  const sums = { seeds: options.seeds, steps, violations: found.length, seconds };
  say(
    options.isJson
      ? JSON.stringify(sums)
      : `${sums.seeds} seeds, ${steps} steps, ${found.length} violations, ${seconds} s`,
  );
  return found.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`sim: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
