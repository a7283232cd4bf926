import type { Scenario } from './faults.ts';
import type { ShellFlaw } from './stage.ts';
import type { Rule, Violation } from './violations.ts';

/** What a thread is given, and what it answers. */
export interface Job {
  /** Sources with a rule removed; the packages themselves without. */
  readonly folder?: string | undefined;
  readonly flaw?: ShellFlaw | undefined;
  readonly until?: Rule | undefined;
  readonly scenarios: readonly Scenario[];
}

export interface JobResult {
  readonly steps: number;
  readonly violations: readonly { readonly scenario: Scenario; readonly violation: Violation }[];
}
