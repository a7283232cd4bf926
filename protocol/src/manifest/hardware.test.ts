import { describe, expect, it } from 'vitest';
import { asksForHardware, missingHardware } from './hardware.ts';
import { parseManifest } from './parse.ts';
import { capabilities } from './release.ts';

const base = { app: 'blink', version: '1.0.0', variants: [{ wasm: { module: 'a.wasm', abi: 'wasi-p1' } }] };
const parse = (written: object) => parseManifest({ value: { ...base, capabilities: written } });

it('grants travel from the manifest into the release as they are', () => {
  const written = {
    gpio: { led: 'out', button: 'in' },
    i2c: { sensors: [0x48, 0x77] },
    serial: ['gps'],
    http: { allow: ['https://api.example.com'], private: true },
    features: ['multi-memory'],
  };
  const parsed = parse(written);
  expect(parsed).toMatchObject({ ok: true, value: { capabilities: written } });
  expect(capabilities.parse(written)).toEqual(written);
});

describe('what cannot be granted', () => {
  it.each<[string, object, string]>([
    ['a path for a name', { serial: ['/dev/ttyS0'] }, '/capabilities/serial/0'],
    ['a name of capitals', { gpio: { LED: 'out' } }, '/capabilities/gpio/LED'],
    ['another direction', { gpio: { led: 'both' } }, '/capabilities/gpio/led'],
    ['a reserved address', { i2c: { sensors: [0x03] } }, '/capabilities/i2c/sensors/0'],
    ['an address of more than seven bits', { i2c: { sensors: [0x78] } }, '/capabilities/i2c/sensors/0'],
    ['a bus without addresses', { i2c: { sensors: [] } }, '/capabilities/i2c/sensors'],
    ['a feature that does not exist', { features: ['threads'] }, '/capabilities/features/0'],
  ])('%s', (_, written, path) => {
    expect(parse(written)).toMatchObject({ ok: false, problems: [{ code: 'invalid_manifest', path }] });
  });

  it('more than 32 pins', () => {
    const gpio = Object.fromEntries(Array.from({ length: 33 }, (_, line) => [`pin${line}`, 'in']));
    expect(parse({ gpio })).toMatchObject({ ok: false });
  });
});

it('a release that asks for nothing misses nothing', () => {
  expect([asksForHardware({}), asksForHardware({ gpio: {}, serial: [] })]).toEqual([false, false]);
  expect(missingHardware({ gpio: {}, i2c: {}, serial: [] }, undefined)).toBeNull();
});

it('a pin for either direction serves both', () => {
  const present = { gpio: { led: 'any' as const }, i2c: [], serial: [] };
  expect(missingHardware({ gpio: { led: 'in' } }, present)).toBeNull();
  expect(missingHardware({ gpio: { led: 'out' } }, present)).toBeNull();
  expect(missingHardware({ gpio: { ['toString' as string]: 'out' } }, present)).toContain('toString');
});
