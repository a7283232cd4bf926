import { expect, test } from 'vitest';
import { scenarioOf } from './faults.ts';
import { loadMachines } from './machines.ts';
import { copyWithMutant } from './mutant-copy.ts';
import { MUTANTS } from './mutants.ts';
import { play } from './play.ts';
import { Random } from './random.ts';
import saved from './seeds.json' with { type: 'json' };
import { shrink } from './shrink.ts';
import { tellStory } from './story.ts';
import { Timeline } from './timeline.ts';
import { RULES } from './violations.ts';

/** The simulator itself, and the seeds that are kept. */
const machines = await loadMachines();

test.each(saved.seeds)('seed $seed: $why', ({ seed, devices }) => {
  const { violations, steps } = play(scenarioOf(seed, devices), { machines });
  expect(violations).toEqual([]);
  expect(steps).toBeGreaterThan(100);
});

test('a seed replays exactly', () => {
  const once = () => play(scenarioOf(7, 20), { machines, isTracing: true });
  const [first, second] = [once(), once()];
  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(50);
  expect(play(scenarioOf(8, 20), { machines }).steps).not.toBe(first.steps);
});

test('tracing changes nothing', () => {
  const quiet = play(scenarioOf(7, 20), { machines });
  expect(play(scenarioOf(7, 20), { machines, isTracing: true }).steps).toBe(quiet.steps);
});

test('a broken rule is found, made small, and told with the way to see it again', () => {
  const options = { machines, flaw: 'acknowledge_first' } as const;
  const scenario = scenarioOf(3, 30);
  const [violation] = play(scenario, options).violations;
  if (violation === undefined) throw new Error('a server that acknowledges first must be noticed');
  expect(violation.rule).toBe('C1');
  const small = shrink({ scenario, violation }, options);
  expect(small.scenario.devices).toBeLessThan(30);
  expect(small.scenario.faults.length).toBeLessThan(scenario.faults.length);
  const story = tellStory(small, options);
  expect(story).toContain('BROKEN C1');
  expect(story).toContain(`--seed ${small.scenario.seed} --devices ${small.scenario.devices}`);
});

test('every rule has a mutant', () => {
  expect(new Set(MUTANTS.map(({ rule }) => rule))).toEqual(new Set([...RULES, 'sums']));
});

test('a mutant whose passage is not in the code is an error, not a success', () => {
  const mutant = {
    rule: 'A5',
    name: 'nothing',
    file: 'agent/src/core/quarantine.ts',
    find: 'no such text',
    replace: '',
  } as const;
  expect(() => copyWithMutant(mutant)).toThrow(/0 times, not once/);
});

test('virtual time keeps the order of planning', () => {
  const timeline = new Timeline();
  const random = new Random(5);
  const done: number[] = [];
  for (let at = 0; at < 500; at += 1) {
    const delayMs = random.int(50);
    timeline.after(delayMs, () => done.push(delayMs * 1_000 + at));
  }
  while (timeline.step());
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done).toHaveLength(500);
});
