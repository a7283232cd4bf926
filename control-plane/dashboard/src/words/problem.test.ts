import { ApiError } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { selectorFaultIn, selectorFaultOf, sentenceOf } from './problem.ts';

const problem = (status: number, code: 'invalid_selector' | 'not_found', column?: number) =>
  new ApiError({
    type: 'about:blank',
    title: 'x',
    status,
    detail: 'do this',
    code,
    problems: column === undefined ? [] : [{ code, message: 'expected a value', column }],
  });

test('the fault of a selector has its column', () => {
  expect(selectorFaultOf(problem(400, 'invalid_selector', 6))).toEqual({ sentence: 'expected a value', column: 6 });
  expect(selectorFaultOf(problem(400, 'invalid_selector'))).toEqual({ sentence: 'do this', column: null });
  expect(selectorFaultOf(problem(404, 'not_found', 6))).toBeNull();
  expect(selectorFaultOf(new Error('invalid_selector'))).toBeNull();
});

test('a selector is judged as it is typed', () => {
  expect(selectorFaultIn('site=berlin,!retired')).toBeNull();
  expect(selectorFaultIn('')).toBeNull();
  expect(selectorFaultIn('site=berlin,,ring')).toMatchObject({ column: 13 });
});

test('every error has a sentence', () => {
  expect(sentenceOf(problem(400, 'not_found'))).toBe('do this');
  expect(sentenceOf(new TypeError('Failed to fetch'))).toMatch(/does not answer/);
  expect(sentenceOf('odd')).toBe('odd');
});
