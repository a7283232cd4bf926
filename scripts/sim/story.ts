import type { Scenario } from './faults.ts';
import { FAULTS } from './faults.ts';
import { type PlayOptions, play } from './play.ts';
import type { Shrunk } from './shrink.ts';
import { sayLine } from './trace.ts';

/** A broken rule in words: what happened to the device and the rollout that it is about, and how to see it again. */
const LINES_MAX = 40;

export function tellStory({ scenario, violation }: Shrunk, options: PlayOptions): string {
  const { trace } = play(scenario, { ...options, until: violation.rule, isTracing: true });
  const about = [...violation.about, 'world', 'operator'];
  const lines = trace.filter(({ who, what }) => about.some((name) => who === name || what.includes(name)));
  const left = lines.length - LINES_MAX;
  return [
    `${violation.rule} is broken in seed ${scenario.seed}, step ${violation.step}: ${violation.about.join(', ')}: ${violation.message}`,
    ...(left > 0 ? [`  … ${left} earlier events`] : []),
    ...lines.slice(-LINES_MAX).map((line) => `  ${sayLine(line)}`),
    `  again: ${commandFor(scenario)}`,
  ].join('\n');
}

export function commandFor({ seed, devices, faults, healAtMs }: Scenario): string {
  const only = faults.length === FAULTS.length ? '' : ` --faults ${faults.join(',') || 'none'}`;
  return `npm run -s sim -- --seed ${seed} --devices ${devices}${only} --heal-after ${healAtMs / 1000} --trace`;
}
