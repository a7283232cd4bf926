import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { hardwareConfig, presentIn } from './config.ts';

const led = { chip: '/dev/gpiochip0', line: 17 };

it('fills in what is usual', () => {
  const config = hardwareConfig().parse({ gpio: { led }, serial: { gps: { path: '/dev/ttyAMA0' } } });
  expect(config.gpio.led).toMatchObject({ direction: 'any', active: 'high', bias: 'as-is', drive: 'push-pull' });
  expect(config.serial.gps).toMatchObject({ baud: 9_600, fixedBaud: false, parity: 'none', stopBits: 1 });
  expect(presentIn(config)).toEqual({ gpio: { led: 'any' }, i2c: [], serial: ['gps'] });
});

it.each([
  ['a path outside /dev', { gpio: { led: { ...led, chip: '/etc/passwd' } } }],
  ['a path that climbs', { i2c: { sensors: { path: '/dev/../etc/passwd' } } }],
  ['two names for one line', { gpio: { led, lamp: led } }],
  ['two names for one serial device', { serial: { gps: { path: '/dev/ttyS0' }, modem: { path: '/dev/ttyS0' } } }],
  ['a name with a slash', { serial: { 'a/b': { path: '/dev/ttyS0' } } }],
  ['too many names', { gpio: Object.fromEntries([...Array(33).keys()].map((line) => [`p${line}`, { ...led, line }])) }],
  ['a setting that does not exist', { gpio: { led: { ...led, pull: 'up' } } }],
])('refuses %s', (_, written) => {
  expect(hardwareConfig().safeParse(written).success).toBe(false);
});

it('the map that a target begins with is one', () => {
  const file = resolve(import.meta.dirname, '../../../firmware-targets/raspberry-pi-64/hardware.json');
  const { hardware } = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(hardwareConfig().parse(hardware).gpio)).toContain('gpio17');
});
