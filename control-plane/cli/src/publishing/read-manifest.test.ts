import { describe, expect, it } from 'vitest';
import { parseManifestText } from './read-manifest.ts';

const VARIANTS = 'variants:\n  - wasm: { module: a.wasm, abi: wasi-p1 }\n';

function places(text: string) {
  const read = parseManifestText(text);
  return read.ok ? [] : read.problems.map(({ path, line, column }) => ({ path, line, column }));
}

describe('places in the text', () => {
  it.each([
    ['a value', `app: A\nversion: 0.1.0\n${VARIANTS}`, [{ path: '/app', line: 1, column: 1 }]],
    [
      'an item of a list',
      `app: a\nversion: 0.1.0\n${VARIANTS}triggers:\n  - start\n  - boot\n`,
      [{ path: '/triggers/1', line: 7, column: 5 }],
    ],
    [
      'a key in braces',
      `app: a\nversion: 0.1.0\n${VARIANTS}limits: { memroy: 1MiB }\n`,
      [{ path: '/limits/memroy', line: 5, column: 11 }],
    ],
    ['what is missing: where it should be', 'app: a\nversion: 0.1.0\n', [{ path: '/variants', line: 1, column: 1 }]],
    [
      'a short form',
      `app: a\nversion: 0.1.0\n${VARIANTS}triggers:\n  - cron: "* *"\n`,
      [{ path: '/triggers/0/cron/schedule', line: 6, column: 5 }],
    ],
    [
      'a secret that a component would never see',
      `app: a\nversion: 0.1.0\nvariants:\n  - wasm: { module: a.wasm, abi: component }\ncapabilities:\n  secrets:\n    PIN: { env: true }\n    KEY: {}\n`,
      [{ path: '/capabilities/secrets/KEY', line: 8, column: 5 }],
    ],
  ])('%s', (_, text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it('of mistakes in the YAML itself', () => {
    expect(places('app: a\napp: b\n')).toEqual([{ path: undefined, line: 2, column: 1 }]);
    expect(places('a: [1, 2')).toMatchObject([{ line: 1 }]);
  });
});

describe('hostile YAML', () => {
  it.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['an unknown alias', 'app: *nobody\n'],
    ['a key that is a map', '? { a: 1 }\n: b\n'],
    ['tags that make code', 'app: !!js/function "function () {}"\n'],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\napp: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n`,
    ],
    ['an alias of itself', 'a: &a [*a]\n'],
    ['binary', '\u0000\u0001'],
  ])('%s is refused', (_, text) => {
    const read = parseManifestText(text);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.problems[0]?.code).toMatch(/^invalid_/);
  });
});
