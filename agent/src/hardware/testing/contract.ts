import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Hardware, HardwareFault } from '../port.ts';

/**
 * Contract of the port: hardware with the pins `led` (out) and `button` (in), the bus `sensors` with a device of registers at 0x48
 * and nothing at 0x49, and the serial device `gps`; and hands to touch it from outside.
 */
export interface HardwareBench {
  readonly hardware: Hardware;
  press(pin: string, isActive: boolean): void;
  isActive(pin: string): boolean;
  /** The other end of the serial device says something. */
  say(bytes: Uint8Array): void;
  close(): void;
}

export function describeHardware(name: string, open: () => Promise<HardwareBench>): void {
  describe(`hardware: ${name}`, () => {
    let bench: HardwareBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it('an output begins as it is told, and then is what was written', () => {
      const led = bench.hardware.openPin('led', 'out', true);
      expect([bench.isActive('led'), led.read()]).toEqual([true, true]);
      led.write(false);
      expect([bench.isActive('led'), led.read()]).toEqual([false, false]);
      led.close();
    });

    it('an input is what the world makes it', () => {
      const button = bench.hardware.openPin('button', 'in', false);
      expect(button.read()).toBe(false);
      bench.press('button', true);
      expect(button.read()).toBe(true);
      button.close();
    });

    it('edges are kept from the first watch on, in order, and told once', () => {
      const button = bench.hardware.openPin('button', 'in', false);
      bench.press('button', true);
      bench.press('button', false);
      button.watch();
      expect(button.edges()).toEqual([]);
      bench.press('button', true);
      button.watch();
      bench.press('button', false);
      bench.press('button', true);
      expect(button.edges()).toEqual(['rising', 'falling', 'rising']);
      expect(button.edges()).toEqual([]);
      button.close();
    });

    it('a pin that was closed can be opened again', () => {
      bench.hardware.openPin('button', 'in', false).close();
      const button = bench.hardware.openPin('button', 'in', false);
      expect(button.read()).toBe(false);
      button.close();
    });

    it('what was written to registers is read back, in one transaction and in several', async () => {
      const bus = bench.hardware.openBus('sensors');
      await bus.transact(0x48, [{ write: Uint8Array.of(0x10, 0xca, 0xfe, 0x01) }]);
      expect([...(await bus.transact(0x48, [{ write: Uint8Array.of(0x10) }, { read: 2 }]))]).toEqual([0xca, 0xfe]);
      expect([...(await bus.transact(0x48, [{ read: 1 }]))]).toEqual([0x01]);
      const twice = [{ write: Uint8Array.of(0x10) }, { read: 1 }, { write: Uint8Array.of(0x12) }, { read: 1 }];
      expect([...(await bus.transact(0x48, twice))]).toEqual([0xca, 0x01]);
      bus.close();
    });

    it('an address at which nothing is does not answer', async () => {
      const bus = bench.hardware.openBus('sensors');
      await expect(bus.transact(0x49, [{ read: 1 }])).rejects.toMatchObject({ reason: 'no_answer' });
      expect(await bus.transact(0x48, [{ read: 1 }])).toHaveLength(1);
      bus.close();
    });

    it('serial bytes come as they are, as many as asked for, and none when none are there', () => {
      const port = bench.hardware.openSerial('gps', null);
      expect(port.read(16)).toHaveLength(0);
      const bytes = Uint8Array.of(0x00, 0x03, 0x0a, 0x0d, 0x11, 0x7f, 0xff);
      bench.say(bytes);
      expect([...port.read(3), ...port.read(16)]).toEqual([...bytes]);
      expect(port.read(16)).toHaveLength(0);
      expect(port.write(Uint8Array.of(1, 2, 3))).toBe(3);
      port.close();
    });

    it.each([
      ['pin', (hardware: Hardware) => hardware.openPin('lamp', 'out', false)],
      ['bus', (hardware: Hardware) => hardware.openBus('lamp')],
      ['serial device', (hardware: Hardware) => hardware.openSerial('__proto__', null)],
    ])('a %s that nobody named is missing', (_, openUnknown) => {
      expect(() => openUnknown(bench.hardware)).toThrow(HardwareFault);
    });

    it('says what is present', () => {
      expect(bench.hardware.present).toEqual({
        gpio: { led: 'out', button: 'in' },
        i2c: ['sensors'],
        serial: ['gps'],
      });
    });
  });
}
