import { describe, expect, it } from 'vitest';
import { matchesPattern } from './path-pattern.ts';
import { checkTargetPath } from './target-path.ts';
import { codeOf } from './testing/device.ts';

describe('path patterns', () => {
  it.each([
    ['acme/thermostat/*', 'acme/thermostat/1.0.0.json'],
    ['*', 'file'],
    ['*', '.hidden'],
    ['foo-?.tgz', 'foo-1.tgz'],
    ['*a*b*', 'xxaxxbxx'],
    ['a*', 'a'],
    ['!(x)', '!(x)'],
    ['#a', '#a'],
  ])('%s covers %s', (pattern, path) => expect(matchesPattern(pattern, path)).toBe(true));

  it.each([
    ['acme/thermostat/*', 'acme/thermostat/deep/1.json'],
    ['acme/thermostat/*', 'acme/thermostatic/1.json'],
    ['*', 'a/b'],
    ['**', 'a/b'],
    ['foo-?.tgz', 'foo-10.tgz'],
    ['*.MD', 'readme.md'],
    ['{a,b}', 'a'],
    ['[ab]', 'a'],
    ['!x', 'y'],
    ['a?', 'a'],
    ['', 'a'],
  ])('%s does not cover %s', (pattern, path) => expect(matchesPattern(pattern, path)).toBe(false));

  it('a pattern made to be slow is not', () => {
    expect(matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(500))).toBe(false);
  });
});

describe('paths of targets', () => {
  it.each(['acme/app/1.0.0.json', 'a b', 'ä'])('%s is one', (path) => expect(codeOf(checkTargetPath(path))).toBe('ok'));
  it.each(['', '/a', 'a/', '../a', 'a/../b', 'a/./b', 'a//b', 'a\\b', 'a\0', 'a\nb', '%2e%2e/a', 'x'.repeat(513)])(
    '%j is refused',
    (path) => expect(codeOf(checkTargetPath(path))).toBe('path_escape'),
  );
});
