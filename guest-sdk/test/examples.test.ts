import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { admit, parseManifest } from '@wherry/protocol';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';

/** Every example builds, has a manifest that is accepted, and passes admission with just the grants that its manifest asks for. */
const root = resolve(import.meta.dirname, '..');
const EXAMPLES = ['hello', 'thermostat', 'thermostat-faulty', 'greeter', 'wordcount', 'blink', 'tally'];
/** A component brings the engine of its language along. */
const MOST_KIB: Readonly<Record<string, number>> = { tally: 2048 };

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts', 'build-examples.ts'), ...EXAMPLES], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}, 120_000);

function load(name: string) {
  const folder = join(root, 'examples', name);
  const manifest = parseManifest({ value: parse(readFileSync(join(folder, 'wherry.yaml'), 'utf8')) });
  if (!manifest.ok) throw new Error(JSON.stringify(manifest.problems));
  const [variant] = manifest.value.variants;
  if (variant?.kind !== 'wasm' || variant.modulePath === undefined) throw new Error(`${name} has no wasm variant`);
  return { manifest: manifest.value, abi: variant.abi, bytes: readFileSync(join(folder, variant.modulePath)) };
}

it.each(EXAMPLES)('%s is accepted', (name) => {
  const { manifest, abi, bytes } = load(name);
  const { capabilities, limits, triggers } = manifest;
  expect(admit(bytes, { abi, capabilities, limits, triggers })).toMatchObject({ ok: true });
  expect(bytes.length).toBeLessThan((MOST_KIB[name] ?? 64) * 1024);
});

it.each(['thermostat', 'greeter', 'blink'])('%s is refused without its grants', (name) => {
  const { manifest, abi, bytes } = load(name);
  expect(admit(bytes, { abi, capabilities: {}, limits: manifest.limits })).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([expect.objectContaining({ code: 'capability_denied' })]),
  });
});

it('the faulty thermostat is a later version of the same app', () => {
  const [good, faulty] = [load('thermostat').manifest, load('thermostat-faulty').manifest];
  expect([good.app, good.version]).toEqual(['thermostat', '1.0.0']);
  expect([faulty.app, faulty.version]).toEqual(['thermostat', '1.1.0']);
});
