import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../fleet/paths.ts';

it('the demo tells its story and says so in its last line', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve(ROOT, 'scripts/demo/main.ts'), '--once', '--json'],
    {
      encoding: 'utf8',
      timeout: 170_000,
    },
  );
  expect(status, stderr).toBe(0);
  const outcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(outcome).toMatchObject({
    ok: true,
    devices: 6,
    rollouts: [
      { release: 'thermostat@1.0.0', state: 'completed', waves: 3 },
      { release: 'thermostat@1.1.0', state: 'halted', reached: 1, reverted: 1 },
    ],
  });
  expect(outcome.variants.wasm + outcome.variants.container).toBe(6);
  expect(outcome.usage.samples).toBeGreaterThanOrEqual(6);
}, 180_000);
