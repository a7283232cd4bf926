import { describe, expect, it } from 'vitest';
import { listFiles, readSource, stripCommentsAndStrings } from './sources.ts';

/**
 * Test files share a process and its loaded modules (vitest.config.ts). A hook that a support file registers when it is loaded would
 * hold for the first test file only; the environment and the working folder would stay changed for the next.
 */
const FORBIDDEN: readonly [what: string, pattern: RegExp, where: 'support' | 'tests'][] = [
  ['a hook at load', /^(?:before|after)(?:All|Each)\(/m, 'support'],
  ['the environment', /\bprocess\.env(?:\.\w+|\[[^\]]*\]) *=(?!=)|\bdelete process\.env\b/, 'tests'],
  ['the working folder', /\bprocess\.chdir\b/, 'tests'],
];

const leftovers = (path: string, source: string) => {
  const code = stripCommentsAndStrings(source);
  const isTest = /\.test\.tsx?$/.test(path);
  return FORBIDDEN.filter(([, pattern, where]) => (where === 'tests' || !isTest) && pattern.test(code)).map(
    ([what]) => what,
  );
};

describe('a test leaves its process as it was', () => {
  const files = listFiles(/\.test\.tsx?$|\/(?:test|testing)\/.*\.ts$/);

  it('finds the tests', () => expect(files.length).toBeGreaterThan(300));

  it('in every file', () =>
    expect(files.flatMap((path) => leftovers(path, readSource(path)).map((what) => `${path}: ${what}`))).toEqual([]));

  it('would notice', () => {
    expect(leftovers('a/test/stage.ts', 'afterAll(() => {});')).toEqual(['a hook at load']);
    expect(leftovers('a/test/stage.ts', 'export function stage() {\n  afterAll(() => {});\n}')).toEqual([]);
    expect(leftovers('a/test/b.test.ts', 'afterAll(() => {});\nprocess.env.TZ = "UTC";')).toEqual(['the environment']);
    expect(leftovers('a/test/b.test.ts', 'if (process.env.CI === "true") process.chdir("/");')).toEqual([
      'the working folder',
    ]);
  });
});
