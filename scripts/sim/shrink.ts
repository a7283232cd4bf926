import { FAULTS, type Scenario } from './faults.ts';
import { type PlayOptions, play } from './play.ts';
import type { Rule, Violation } from './violations.ts';

/**
 * From a seed that breaks a rule to a small one that breaks the same rule: fewer devices, fewer faults, an earlier end. Fewer devices draw
 * other numbers, so for each size a few neighbouring seeds are tried as well.
 */
const SIZES = [1, 2, 3, 5, 8, 13, 25, 50, 100];
const NEIGHBOURS = 25;

export interface Shrunk {
  readonly scenario: Scenario;
  readonly violation: Violation;
}

export function shrink(first: Shrunk, options: PlayOptions): Shrunk {
  const { rule } = first.violation;
  const breaks = (scenario: Scenario): Shrunk | null => {
    const violation = play(scenario, { ...options, until: rule as Rule }).violations.find(
      (found) => found.rule === rule,
    );
    return violation === undefined ? null : { scenario, violation };
  };
  let best = fewerDevices(first, breaks);
  for (const fault of FAULTS) {
    const faults = best.scenario.faults.filter((kept) => kept !== fault);
    best = (faults.length < best.scenario.faults.length && breaks({ ...best.scenario, faults })) || best;
  }
  for (let healAtMs = best.scenario.healAtMs / 2; healAtMs > 30_000; healAtMs /= 2) {
    const shorter = breaks({ ...best.scenario, healAtMs });
    if (shorter === null) break;
    best = shorter;
  }
  return best;
}

function fewerDevices(first: Shrunk, breaks: (scenario: Scenario) => Shrunk | null): Shrunk {
  for (const devices of SIZES.filter((size) => size < first.scenario.devices))
    for (let neighbour = 0; neighbour < NEIGHBOURS; neighbour += 1) {
      const found = breaks({ ...first.scenario, devices, seed: first.scenario.seed + neighbour });
      if (found !== null) return found;
    }
  return first;
}
