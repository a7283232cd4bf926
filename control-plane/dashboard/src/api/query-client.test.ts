import { ApiError } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { isWorthRetrying } from './query-client.ts';

const problem = (status: number, code: 'internal' | 'not_found') =>
  new ApiError({ type: 'about:blank', title: 'x', status, detail: 'do this', code });

test('a refusal is not asked again, a fault and a silence are, twice', () => {
  expect(isWorthRetrying(0, problem(404, 'not_found'))).toBe(false);
  expect(isWorthRetrying(0, problem(500, 'internal'))).toBe(true);
  expect(isWorthRetrying(1, new TypeError('Failed to fetch'))).toBe(true);
  expect(isWorthRetrying(2, new TypeError('Failed to fetch'))).toBe(false);
});
