import { type Release, release } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { fitRelease, fitter } from './fitting.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const wasm = { kind: 'wasm', abi: 'wasi-p1', module: { digest: DIGEST, sizeBytes: 1 } } as const;
const container = { kind: 'container', image: `registry.example/app@${DIGEST}`, platforms: ['linux/arm64'] } as const;

function make(variants: readonly unknown[], capabilities: Release['capabilities']): Release {
  return release.parse({
    app: 'app',
    version: '1.0.0',
    releaseCounter: 1,
    variants,
    triggers: [{ on: 'start' }],
    capabilities,
    limits: { memoryBytes: 2 ** 20, cpuShare: 1, wallMs: 100 },
    health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
  });
}

const pi = { arch: 'arm64', memoryBytes: 2 ** 29 };
const wired = { ...pi, hardware: { gpio: { led: 'out' as const }, i2c: ['sensors'], serial: [] } };

it.each([
  ['has it', wired, { gpio: { led: 'out' as const }, i2c: { sensors: [0x48] } }, null],
  ['has no hardware', pi, { gpio: { led: 'out' as const } }, 'no pin named led'],
  ['has another pin', wired, { gpio: { lamp: 'out' as const } }, 'no pin named lamp'],
  ['has it for the other direction', wired, { gpio: { led: 'in' as const } }, 'for "out"'],
  ['has another bus', wired, { i2c: { other: [0x48] } }, 'no I2C bus named other'],
  ['has no such serial device', wired, { serial: ['gps'] }, 'no serial device named gps'],
])('a device that %s', (_, device, capabilities, why) => {
  const fit = fitRelease(make([wasm], capabilities), device);
  if (why === null) expect(fit.variant).toMatchObject({ kind: 'wasm' });
  else expect(fit).toEqual({ variant: null, why: expect.stringContaining(why) });
});

it('an agent fits the class of device that it was packed for', () => {
  const of = (target: string) => ({ kind: 'agent', target, archive: { digest: DIGEST, sizeBytes: 1 } });
  const agent = { ...make([wasm], {}), app: 'wherry-agent', variants: [of('generic-x64'), of('generic-arm64')] };
  const fitting = fitter(release.parse(agent));
  const on = (target: string) => fitting({ ...pi, target: target as never }).variant;
  expect(on('generic-arm64')).toMatchObject({ kind: 'agent', target: 'generic-arm64' });
  expect(on('generic-x64')).toMatchObject({ kind: 'agent', target: 'generic-x64' });
  expect(on('raspberry-pi-64')).toBeNull();
});

it('falls back to a container, which has no capabilities, where there is one', () => {
  expect(fitRelease(make([wasm, container], { serial: ['gps'] }), pi).variant).toMatchObject({ kind: 'container' });
});

it('a container that would have to be held to addresses fits nowhere, unless it may reach any', () => {
  const capabilities = { http: { allow: ['https://api.example.com'] } };
  expect(fitRelease(make([container], capabilities), pi)).toMatchObject({
    variant: null,
    why: expect.stringContaining('http.allow'),
  });
  const open = { ...container, network: 'open' } as const;
  expect(fitRelease(make([container, open], capabilities), pi).variant).toMatchObject({ network: 'open' });
});

it('devices that are alike but for their hardware do not share an answer', () => {
  const fit = fitter(make([wasm], { gpio: { led: 'out' } }));
  expect([wired, pi, wired].map((device) => fit(device).variant?.kind)).toEqual(['wasm', undefined, 'wasm']);
});
