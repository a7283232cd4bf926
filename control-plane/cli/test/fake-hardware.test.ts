import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';

/** `wherry run --fake-hardware`: the example that blinks, on a machine without pins. */
const ROOT = resolve(import.meta.dirname, '../../..');
const BLINK = join(ROOT, 'guest-sdk/examples/blink');

const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
const wherry = (...args: string[]) => node(join(ROOT, 'control-plane/cli/src/main.ts'), ...args);

beforeAll(() => {
  const built = node(join(ROOT, 'guest-sdk/scripts/build-examples.ts'), 'blink');
  if (built.status !== 0) throw new Error(built.stderr);
}, 60_000);

it('plays the script, and tells what the program does', () => {
  const run = wherry('run', join(BLINK, 'build/blink.wasm'), '--fake-hardware', join(BLINK, 'hardware.yaml'));
  expect(run.status, run.stderr).toBe(0);
  const lines = run.stderr.trim().split('\n');
  expect(lines.slice(0, 2)).toEqual(['gpio led inactive', 'gpio led active']);
  expect(lines.slice(-2)).toEqual(['gpio led inactive', 'info: pressed at 21.25 degrees']);
});

it('without it the module is refused for its grants, and a script that is none is refused too', () => {
  const bare = wherry('--json', 'run', join(BLINK, 'build/blink.wasm'));
  expect(JSON.parse(bare.stderr)).toMatchObject({ problems: [{ code: 'capability_denied' }] });
  const script = join(mkdtempSync(join(tmpdir(), 'wherry-script-')), 'wrong.yaml');
  writeFileSync(script, 'gpio: { led: { direction: sideways } }');
  const wrong = wherry('--json', 'run', join(BLINK, 'build/blink.wasm'), '--fake-hardware', script);
  expect(JSON.parse(wrong.stderr)).toMatchObject({ problems: [{ code: 'invalid_body' }] });
});
