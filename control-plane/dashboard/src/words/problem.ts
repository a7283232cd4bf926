import { ApiError, parseSelector } from '@wherry/protocol';

/** A sentence for any error that a query or a command can end with. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.problem.detail;
  if (error instanceof TypeError) return 'The control plane does not answer. The page tries again by itself.';
  return error instanceof Error ? error.message : String(error);
}

export interface SelectorFault {
  readonly sentence: string;
  /** From 1; null when the server named no place. */
  readonly column: number | null;
}

/** The fault of a selector as it is typed; null when it can be read. The server reads it by the same rules. */
export function selectorFaultIn(text: string): SelectorFault | null {
  const parsed = parseSelector(text);
  const [problem] = parsed.ok ? [] : parsed.problems;
  return problem ? { sentence: problem.message, column: problem.column ?? null } : null;
}

/** The fault of a selector, when that is what the error is about. */
export function selectorFaultOf(error: unknown): SelectorFault | null {
  if (!(error instanceof ApiError) || error.problem.code !== 'invalid_selector') return null;
  const first = error.problem.problems?.find((problem) => problem.code === 'invalid_selector');
  return { sentence: first?.message ?? error.problem.detail, column: first?.column ?? null };
}
