import { MEMBER_STATES, type MemberState, type Wave } from '@wherry/protocol';
import { FAILED_MEMBER_STATES, REACHED_MEMBER_STATES } from '../words/member-states.ts';

export type Counts = Wave['counts'];

export function addCounts(waves: readonly Pick<Wave, 'counts'>[]): Counts {
  return Object.fromEntries(
    MEMBER_STATES.map((state) => [state, waves.reduce((sum, { counts }) => sum + counts[state], 0)]),
  ) as Counts;
}

export function countOf(counts: Counts, states: readonly MemberState[]): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

export interface GateSums {
  readonly succeeded: number;
  readonly failed: number;
  readonly reached: number;
  readonly acknowledged: number;
}

/** What a gate is judged by: successes and failures over the devices reached, less the failures an operator acknowledged. */
export function gateSums({ counts, acknowledged = 0 }: Pick<Wave, 'counts' | 'acknowledged'>): GateSums {
  return {
    succeeded: counts.succeeded,
    failed: countOf(counts, FAILED_MEMBER_STATES) - acknowledged,
    reached: countOf(counts, REACHED_MEMBER_STATES) - acknowledged,
    acknowledged,
  };
}
