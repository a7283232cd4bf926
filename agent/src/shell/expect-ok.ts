import { type Outcome, WherryError } from '@wherry/protocol';
import { firstProblem } from './workload-spec.ts';

/** For what a caller cannot go on without. */
export function expectOk<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, message } = firstProblem(outcome.problems);
  throw new WherryError(code, message);
}
