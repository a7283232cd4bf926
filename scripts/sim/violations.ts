/** The checks by name. A1 to A6, R1 to R7 and C1 are the rules that must never break; the others are what the simulation itself relies on. */
export const RULES = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'C1'] as const;
export type Rule = (typeof RULES)[number] | 'sums' | 'wire' | 'L1' | 'L2' | 'thrown';

export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  readonly seed: number;
  readonly step: number;
  readonly atMs: number;
  /** Names of the device and the rollout that the story is about. */
  readonly about: readonly string[];
}
