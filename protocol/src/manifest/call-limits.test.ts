import { expect, it } from 'vitest';
import { parseManifest } from './parse.ts';
import { resolveManifest } from './resolve.ts';

const WRITTEN = { app: 'thermostat', version: '1.0.0', variants: [{ wasm: { module: 'a.wasm', abi: 'wasi-p1' } }] };

function limitsOf(limits: object) {
  const manifest = parseManifest({ value: { ...WRITTEN, limits } });
  if (!manifest.ok) return manifest.problems.map(({ code, path }) => [code, path]);
  const file = { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 };
  const release = resolveManifest(manifest.value, {
    artifacts: new Map([[0, file]]),
    releaseCounter: 1,
    publishedAtMs: 0,
  });
  return release.ok ? release.value.limits : release.problems;
}

it('carries the limits of a call into the release, and leaves out those that nobody wrote', () => {
  expect(limitsOf({ cpuTime: '200ms', fuel: 5_000_000, hostCalls: 100 })).toMatchObject({
    cpuTimeMs: 200,
    fuel: 5_000_000,
    hostCallsPerSecond: 100,
  });
  expect(Object.keys(limitsOf({}))).toEqual(['memoryBytes', 'cpuShare', 'wallMs']);
});

it.each([
  ['a CPU time without a unit', { cpuTime: 200 }, 'invalid_quantity', '/limits/cpuTime'],
  ['a CPU time below what can be measured', { cpuTime: '1ms' }, 'invalid_quantity', '/limits/cpuTime'],
  ['fuel that is no whole number', { fuel: 1.5 }, 'invalid_manifest', '/limits/fuel'],
  ['more host calls than any device allows', { hostCalls: 100_000 }, 'invalid_manifest', '/limits/hostCalls'],
])('refuses %s', (_, limits, code, path) => {
  expect(limitsOf(limits)).toEqual([[code, path]]);
});
