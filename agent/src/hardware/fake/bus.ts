import { type Bus, type BusOperation, HardwareFault } from '../port.ts';
import type { HardwareScript } from './script.ts';

/**
 * A bus in memory. Its devices are what most sensors are: 256 registers; the first byte of a write chooses one, further bytes are
 * stored from there, and reads go on from there.
 */
const REGISTERS = 256;

export class FakeBus implements Bus {
  readonly #devices = new Map<number, { readonly registers: Uint8Array; at: number }>();

  constructor(devices: HardwareScript['i2c'][string]) {
    for (const [address, contents] of Object.entries(devices)) {
      const registers = new Uint8Array(REGISTERS);
      for (const [register, bytes] of Object.entries(contents))
        for (const [index, byte] of bytes.entries()) registers[(Number(register) + index) % REGISTERS] = byte;
      this.#devices.set(Number(address), { registers, at: 0 });
    }
  }

  async transact(address: number, operations: readonly BusOperation[]): Promise<Uint8Array> {
    const device = this.#devices.get(address);
    if (device === undefined) throw new HardwareFault('no_answer', `nothing answers at 0x${address.toString(16)}`);
    const read: number[] = [];
    for (const operation of operations) {
      if ('read' in operation)
        for (let i = 0; i < operation.read; i += 1) read.push(device.registers[device.at++ % REGISTERS] as number);
      else {
        const [register, ...values] = operation.write;
        if (register === undefined) continue;
        device.at = register;
        for (const value of values) device.registers[device.at++ % REGISTERS] = value;
      }
    }
    return Uint8Array.from(read);
  }

  close(): void {}
}
