import { expect, it } from 'vitest';
import { type Release, release } from '../manifest/release.ts';
import type { TargetName } from '../names.ts';
import { customOfRelease, doesCustomAgree, releaseCustom } from './release-target.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const payload: Release = release.parse({
  app: 'thermostat',
  version: '1.4.0',
  releaseCounter: 7,
  variants: [{ kind: 'wasm', abi: 'wasi-p1', module: { digest: digest('a'), sizeBytes: 10 } }],
  triggers: [{ on: 'start' }],
  capabilities: { kv: true },
  limits: { memoryBytes: 65_536, cpuShare: 0.2, wallMs: 1_000 },
  health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 },
  config: { ZONE: { type: 'string', default: 'hall' } },
  publishedAtMs: 0,
});

it('the custom block has integers only, survives JSON, and agrees with its payload', () => {
  for (const targets of [undefined, ['rpi4' as TargetName]]) {
    const custom = releaseCustom.parse(JSON.parse(JSON.stringify(customOfRelease(payload, targets))));
    expect(JSON.stringify(custom)).not.toMatch(/[0-9]\.[0-9]+[,}]/);
    expect(custom.limits).toMatchObject({ cpuShare: '0.2' });
    expect(doesCustomAgree(custom, payload)).toBe(true);
  }
});

it.each<[string, (release: Release) => Release]>([
  ['limits', (r) => ({ ...r, limits: { ...r.limits, cpuShare: 0.3 } })],
  ['capabilities', (r) => ({ ...r, capabilities: {} })],
  ['variants', (r) => ({ ...r, variants: [...r.variants, ...r.variants] })],
  ['the counter', (r) => ({ ...r, releaseCounter: 8 })],
  ['the configuration', (r) => ({ ...r, config: {} })],
  ['the app', (r) => ({ ...r, app: 'camera' as Release['app'] })],
])('a payload with other %s does not agree', (_, change) => {
  expect(doesCustomAgree(customOfRelease(payload), change(payload))).toBe(false);
});
