import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { withApprovals } from './wave-options.ts';
import { parseWaves } from './waves.ts';

const ALL = { share: 1 };
const usage = expect.objectContaining({ exitCode: 2 });

describe('sizes', () => {
  it.each([
    ['1,10%,rest', [{ count: 1 }, { share: 0.1 }, ALL]],
    ['5', [{ count: 5 }]],
    [' 2 , 50% ', [{ count: 2 }, { share: 0.5 }]],
    ['rest', [ALL]],
    ['100%', [ALL]],
  ])('%s', (text, sizes) => {
    expect(parseWaves([text], '/')).toEqual(sizes.map((size) => ({ size })));
  });
});

describe('one wave in a flag', () => {
  it.each([
    ['ring=canary', { size: ALL, selector: 'ring=canary' }],
    ['ring=canary,site=berlin', { size: ALL, selector: 'ring=canary,site=berlin' }],
    ['10% of site in (a,b)', { size: { share: 0.1 }, selector: 'site in (a,b)' }],
    ['3 of canary', { size: { count: 3 }, selector: 'canary' }],
    ['rest; approval', { size: ALL, approval: true }],
    ['1; max-failures=0; min-success=90%', { size: { count: 1 }, gate: { maxFailures: 0, minSuccess: 0.9 } }],
    [
      'canary; max-failure-rate=2.5%; min-sample=3',
      { size: ALL, selector: 'canary', gate: { maxFailureRate: 0.025, minSample: 3 } },
    ],
  ])('%s', (text, wave) => {
    expect(parseWaves([text], '/')).toEqual([wave]);
  });

  it('flags follow one another, lists and waves mixed', () => {
    expect(parseWaves(['ring=canary', '10%,rest'], '/')).toEqual([
      { size: ALL, selector: 'ring=canary' },
      { size: { share: 0.1 } },
      { size: ALL },
    ]);
  });

  it('a file names its devices, in its order', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'first.txt'), '# the brave ones\npi-2\n\n  pi-1\n');
    expect(parseWaves(['@first.txt'], folder)).toEqual([{ size: ALL, devices: ['pi-2', 'pi-1'] }]);
    writeFileSync(join(folder, 'bad.txt'), 'Pi 1\n');
    writeFileSync(join(folder, 'empty.txt'), '#\n');
    for (const file of ['bad.txt', 'empty.txt', 'none.txt'])
      expect(() => parseWaves([`@${file}`], folder)).toThrow(usage);
  });
});

describe('what is refused', () => {
  it.each(['', '0', '1,', '-1', '1.5', '0%', '101%', 'rest,1', '1 2', '1,canary', 'rest of canary', 'site=', 'x of y'])(
    '%j',
    (text) => {
      expect(() => parseWaves([text], '/')).toThrow(usage);
    },
  );

  it.each(['1,rest; approval', '1; aproval', '1; max-failures=x', '1; min-success=5'])('%j', (text) => {
    expect(() => parseWaves([text], '/')).toThrow(usage);
  });

  it('rest before another wave, also over several flags', () => {
    expect(() => parseWaves(['rest', 'canary'], '/')).toThrow(usage);
  });
});

describe('approvals', () => {
  const waves = parseWaves(['1,10%,rest'], '/');

  it.each([
    ['2', [undefined, true, undefined]],
    ['1,3', [true, undefined, true]],
    ['each', [undefined, true, true]],
  ])('%s', (text, expected) => {
    expect(withApprovals(waves, text).map(({ approval }) => approval)).toEqual(expected);
  });

  it.each(['0', '4', 'all', '1,,2', ''])('%j is refused', (text) => {
    expect(() => withApprovals(waves, text)).toThrow(usage);
  });
});
