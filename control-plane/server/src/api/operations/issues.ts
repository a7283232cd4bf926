import type { ErrorCode, Problem } from '@wherry/protocol';
import type { z } from 'zod';

const CODE_OF_PART = { json: 'invalid_body', query: 'invalid_query', param: 'invalid_query' } as const;
export type RequestPart = keyof typeof CODE_OF_PART;
/** Beyond this a list of what is wrong helps nobody. */
const PROBLEMS_MAX = 32;

/** Everything that is wrong with a part of a request; each path is a JSON pointer into that part. */
export function problemsOf(part: RequestPart, issues: readonly z.core.$ZodIssue[]): Problem[] {
  const code: ErrorCode = CODE_OF_PART[part];
  return issues.slice(0, PROBLEMS_MAX).map((issue) => ({
    code,
    message: issue.message,
    path: issue.path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  }));
}
