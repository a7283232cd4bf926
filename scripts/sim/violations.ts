/** The checks by name, each with a mutant that it catches: the rules of the two machines (docs/specs). */
export const RULES = [
  ...(['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'L1', 'L5', 'L6', 'L9'] as const),
  ...(['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R11', 'R12', 'R13', 'C1'] as const),
] as const;
/** The others are what the simulation itself relies on. */
export type Rule = (typeof RULES)[number] | 'sums' | 'wire' | 'L2' | 'thrown';

export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  readonly seed: number;
  readonly step: number;
  readonly atMs: number;
  /** Names of the device and the rollout that the story is about. */
  readonly about: readonly string[];
}
