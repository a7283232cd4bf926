import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** The simulator as it is run: threads, many seeds, and every mutant noticed. */
const MAIN = resolve(import.meta.dirname, '../sim/main.ts');

async function sim(...args: readonly string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--json', ...args], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
}

it('plays fifty seeds of sixty devices without a broken rule', async () => {
  const sums = await sim('--seeds', '50', '--devices', '60');
  expect(sums).toMatchObject({ seeds: 50, violations: 0 });
  expect(sums.steps).toBeGreaterThan(50_000);
});

it('notices every rule that is removed from the code', async () => {
  expect(await sim('--mutate')).toMatchObject({ survived: 0 });
}, 300_000);
