import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HardwareClaims } from '../src/hardware/claims.ts';
import { hardwareConfig } from '../src/hardware/config.ts';
import * as gpio from '../src/hardware/kernel/gpio-layout.ts';
import { overKernel } from '../src/hardware/kernel/hardware.ts';
import * as i2c from '../src/hardware/kernel/i2c-layout.ts';
import { type Ioctl, loadIoctl } from '../src/hardware/kernel/ioctl.ts';
import * as termios from '../src/hardware/kernel/termios-layout.ts';
import { describeHardware } from '../src/hardware/testing/contract.ts';
import { serveHardware } from '../src/runtimes/wasm/hardware-calls.ts';
import { compileStandIn, readHeaders } from './hardware/compile.ts';
import { openPseudoTerminal } from './hardware/pseudo-terminal.ts';

/**
 * The kernel adapter over a stand-in for the drivers of a GPIO chip and an I2C bus, compiled from the kernel's headers, and over
 * real pseudo terminals. Device files lie below /dev, so the stand-in's are in /dev/shm.
 */
const LED = 3;
const BUTTON = 5;
let folder: string;
let ioctl: Ioctl;
let drive: (line: number, level: number) => void;
let level: (line: number) => number;
let flags: (line: number) => number;
let debounce: (line: number) => number;

beforeAll(async () => {
  folder = mkdtempSync('/dev/shm/wherry-');
  for (const name of ['gpiochip0', 'i2c-1']) writeFileSync(join(folder, name), '');
  const library = compileStandIn(folder);
  ioctl = await loadIoctl(library);
  const standIn = koffi.load(library);
  drive = standIn.func('void stand_in_drive(int line, int level)');
  level = standIn.func('int stand_in_level(int line)');
  flags = standIn.func('uint64_t stand_in_flags(int line)');
  debounce = standIn.func('int stand_in_debounce_us(int line)');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeBench(pins: { led?: object; button?: object } = {}, serial: object = {}) {
  const terminal = openPseudoTerminal(ioctl);
  const chip = join(folder, 'gpiochip0');
  const config = hardwareConfig().parse({
    gpio: {
      led: { chip, line: LED, direction: 'out', active: 'low', ...pins.led },
      button: { chip, line: BUTTON, direction: 'in', ...pins.button },
    },
    i2c: { sensors: { path: join(folder, 'i2c-1') } },
    serial: { gps: { path: terminal.path, ...serial } },
  });
  drive(BUTTON, 0);
  return { hardware: overKernel(config, ioctl), terminal };
}

describeHardware('kernel', async () => {
  const { hardware, terminal } = makeBench();
  return {
    hardware,
    press: (_, isActive) => drive(BUTTON, isActive ? 1 : 0),
    // The pin is active low: at 0 volts it is on.
    isActive: () => level(LED) === 0,
    say: (bytes) => terminal.write(bytes),
    close: () => terminal.close(),
  };
});

describe('what only a kernel has', () => {
  it('sizes, places and numbers are those of the headers of this machine', () => {
    expect(readHeaders(folder)).toEqual({
      gpioSizes: gpio.GPIO_SIZES,
      gpioRequests: gpio.GPIO_REQUESTS,
      gpioFlags: gpio.GPIO_FLAGS,
      gpioOffsets: gpio.GPIO_OFFSETS,
      gpioAttributes: gpio.GPIO_ATTRIBUTES,
      gpioEvents: gpio.GPIO_EVENTS,
      i2cRequests: i2c.I2C_REQUESTS,
      i2cSizes: i2c.I2C_SIZES,
      i2cRead: i2c.I2C_READ,
      i2cOffsets: i2c.I2C_OFFSETS,
      termiosSize: termios.TERMIOS_SIZE,
      termiosOffsets: termios.TERMIOS_OFFSETS,
      termiosRequests: termios.TERMIOS_REQUESTS,
      termiosFlags: termios.TERMIOS_FLAGS,
      termiosCharacters: termios.TERMIOS_CHARACTERS,
    });
  });

  it('the owner’s settings of a pin reach the kernel', () => {
    const { hardware, terminal } = makeBench({
      led: { drive: 'open-drain', bias: 'none' },
      button: { active: 'low', bias: 'up', debounceMs: 20 },
    });
    const pins = [hardware.openPin('led', 'out', false), hardware.openPin('button', 'in', false)];
    const { activeLow, biasDisabled, input, openDrain, output, pullUp } = gpio.GPIO_FLAGS;
    expect(Number(flags(LED))).toBe(activeLow | output | openDrain | biasDisabled);
    expect(Number(flags(BUTTON))).toBe(activeLow | input | pullUp);
    expect(debounce(BUTTON)).toBe(20_000);
    for (const pin of pins) pin.close();
    terminal.close();
  });

  it('a line that something else holds is busy, a chip that is not there missing, an input not written', () => {
    const { hardware, terminal } = makeBench();
    const held = hardware.openPin('button', 'in', false);
    expect(() => hardware.openPin('button', 'in', false)).toThrow(expect.objectContaining({ reason: 'busy' }));
    expect(() => held.write(true)).toThrow(expect.objectContaining({ reason: 'failed' }));
    held.close();
    const elsewhere = hardwareConfig().parse({ gpio: { led: { chip: '/dev/shm/no-such-chip', line: 0 } } });
    expect(() => overKernel(elsewhere, ioctl).openPin('led', 'out', false)).toThrow(
      expect.objectContaining({ reason: 'missing' }),
    );
    terminal.close();
  });

  it('an address that a driver of the kernel uses is busy', async () => {
    const { hardware, terminal } = makeBench();
    const bus = hardware.openBus('sensors');
    await expect(bus.transact(0x50, [{ read: 1 }])).rejects.toMatchObject({ reason: 'busy' });
    bus.close();
    terminal.close();
  });

  it('a folder is no device: the kernel itself says so', async () => {
    mkdirSync(join(folder, 'other'), { recursive: true });
    writeFileSync(join(folder, 'other', 'ttyX'), '');
    const config = hardwareConfig().parse({ serial: { gps: { path: join(folder, 'other', 'ttyX') } } });
    expect(() => overKernel(config, ioctl).openSerial('gps', null)).toThrow(
      expect.objectContaining({ reason: 'failed' }),
    );
  });

  it('a serial device has the speed that was asked for, unless its owner fixed it', () => {
    const speeds = [{}, { fixedBaud: true, baud: 4_800 }].map((serial) => {
      const { hardware, terminal } = makeBench({}, serial);
      const port = hardware.openSerial('gps', 250_000);
      const found = terminal.speed();
      port.close();
      terminal.close();
      return found;
    });
    expect(speeds).toEqual([250_000, 4_800]);
  });

  it('a serial adapter that was pulled out and put back works again', async () => {
    const first = openPseudoTerminal(ioctl);
    const path = join(folder, 'adapter');
    symlinkSync(first.path, path);
    const config = hardwareConfig().parse({ serial: { gps: { path } } });
    const claim = new HardwareClaims(overKernel(config, ioctl)).claim('app', { serial: ['gps'] });
    if (!claim.ok) throw new Error('the device is there');
    const write = () =>
      serveHardware(
        { op: 'serial_write', device: 'gps' },
        Buffer.from('hi'),
        claim.value,
        new AbortController().signal,
      );
    expect(await write()).toEqual({ status: 2 });
    first.close();
    await expect(write()).rejects.toMatchObject({ reason: 'failed' });
    const second = openPseudoTerminal(ioctl);
    rmSync(path);
    symlinkSync(second.path, path);
    expect(await write()).toEqual({ status: 2 });
    expect(second.read().toString()).toBe('hi');
    claim.value.release();
    second.close();
  });

  it('what a guest writes comes out at the other end, unchanged', () => {
    const { hardware, terminal } = makeBench();
    const port = hardware.openSerial('gps', null);
    const bytes = Buffer.from([0x0a, 0x0d, 0x03, 0x00, 0xff]);
    expect(port.write(bytes)).toBe(bytes.length);
    expect(terminal.read()).toEqual(bytes);
    port.close();
    terminal.close();
  });
});
