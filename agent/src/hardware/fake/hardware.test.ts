import { expect, it } from 'vitest';
import { describeHardware } from '../testing/contract.ts';
import { FakeHardware } from './hardware.ts';
import { hardwareScript } from './script.ts';

const BENCH = {
  gpio: { led: { direction: 'out' }, button: { direction: 'in' } },
  i2c: { sensors: { 72: {} } },
  serial: { gps: {} },
};

describeHardware('fake', async () => {
  const hardware = new FakeHardware(hardwareScript().parse(BENCH), { elapsedMs: () => 0 });
  return {
    hardware,
    press: (pin, isActive) => hardware.drive(pin, isActive),
    isActive: (pin) => hardware.isActive(pin),
    say: (bytes) => hardware.send('gps', bytes),
    close: () => {},
  };
});

it('follows its script and tells what is done to it', () => {
  const script = hardwareScript().parse({
    gpio: {
      button: {
        changes: [
          { atMs: 20, active: false },
          { atMs: 10, active: true },
        ],
      },
      led: {},
    },
    i2c: { sensors: { '0x48': { 0: [0x19, 0x80] } } },
    serial: { gps: { sends: [{ atMs: 5, text: 'late' }, { text: 'now ' }], echoes: true } },
  });
  let nowMs = 0;
  const told: string[] = [];
  const hardware = new FakeHardware(script, { elapsedMs: () => nowMs, onAction: (line) => told.push(line) });
  const button = hardware.openPin('button', 'in', false);
  button.watch();
  nowMs = 15;
  expect(button.read()).toBe(true);
  nowMs = 25;
  expect(button.edges()).toEqual(['rising', 'falling']);
  const port = hardware.openSerial('gps');
  expect(Buffer.from(port.read(64)).toString()).toBe('now late');
  port.write(Buffer.from('hi'));
  expect(Buffer.from(port.read(64)).toString()).toBe('hi');
  hardware.openPin('led', 'out', true).write(false);
  expect(told).toEqual(['serial gps "hi"', 'gpio led active', 'gpio led inactive']);
});

it.each([
  { gpio: { 'Not A Name': {} } },
  { gpio: { led: { direction: 'up' } } },
  { i2c: { sensors: { nowhere: {} } } },
  { i2c: { sensors: { 72: { 300: [1] } } } },
  { spi: {} },
])('refuses the script %j', (script) => {
  expect(hardwareScript().safeParse(script).success).toBe(false);
});
