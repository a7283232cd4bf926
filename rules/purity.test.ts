import { describe, expect, it } from 'vitest';
import { listFiles, readSource, stripCommentsAndStrings } from './sources.ts';

/** The cores decide; time, chance, input and output come in as arguments (ARCHITECTURE.md, "Cores"). */
const FORBIDDEN: readonly [what: string, pattern: RegExp][] = [
  ['clock', /\bDate\b|\bperformance\b/],
  ['chance', /\bMath\.random\b|\bcrypto\b/],
  ['timer', /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
  ['process', /\bprocess\b/],
  ['waiting', /\basync\b|\bawait\b|\bPromise\b/],
  ['global', /\bglobalThis\b|\bfetch\s*\(/],
];

const impurities = (source: string) => {
  const code = stripCommentsAndStrings(source);
  return FORBIDDEN.filter(([, pattern]) => pattern.test(code)).map(([what]) => what);
};

describe('cores are pure', () => {
  const files = listFiles(/^(agent\/src\/core|control-plane\/server\/src\/domain)\/.*\.ts$/).filter(
    (path) => !/\.test\.ts$|\/testing\//.test(path),
  );

  it('finds the cores', () => expect(files.length).toBeGreaterThan(5));

  it.each(files)('%s', (path) => expect(impurities(readSource(path))).toEqual([]));

  it('would notice', () => {
    expect(impurities('const at = Date.now(); // fine')).toEqual(['clock']);
    expect(impurities('export async function f() { setTimeout(g, Math.random()); }')).toEqual([
      'chance',
      'timer',
      'waiting',
    ]);
    expect(impurities("// Date\nconst text = 'process'; const t = `async`;")).toEqual([]);
  });
});
