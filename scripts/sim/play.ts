import type { Scenario } from './faults.ts';
import type { Machines } from './machines.ts';
import type { ShellFlaw } from './stage.ts';
import type { TraceLine } from './trace.ts';
import type { Rule, Violation } from './violations.ts';
import { World } from './world.ts';

/** One seed from beginning to end. */
export interface Played {
  readonly steps: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly TraceLine[];
}

export interface PlayOptions {
  readonly machines: Machines;
  readonly flaw?: ShellFlaw | undefined;
  /** Ends when this rule is broken; without it, when any is. */
  readonly until?: Rule | undefined;
  readonly isTracing?: boolean;
}

export function play(scenario: Scenario, { machines, flaw, until, isTracing = false }: PlayOptions): Played {
  const world = new World({ scenario, machines, flaw, isTracing });
  world.play(until);
  return { steps: world.steps, violations: world.violations, trace: world.trace };
}
