import type { GpioDirection, HardwareInventory } from '@wherry/protocol';
import { type Bus, type Hardware, HardwareFault, type Pin, type SerialPort } from '../port.ts';
import { FakeBus } from './bus.ts';
import { FakePin } from './pin.ts';
import type { HardwareScript } from './script.ts';
import { FakeSerial } from './serial.ts';

/** Adapter: hardware in memory, for `wherry run --fake-hardware`, for machines that have none, and for tests. */
export interface FakeHardwareOptions {
  /** Milliseconds since the script began. */
  readonly elapsedMs: () => number;
  /** Is told, in a line, what programs do to the hardware. */
  readonly onAction?: (line: string) => void;
}

export class FakeHardware implements Hardware {
  readonly present: HardwareInventory;
  readonly #pins: ReadonlyMap<string, FakePin>;
  readonly #buses: ReadonlyMap<string, FakeBus>;
  readonly #serials: ReadonlyMap<string, FakeSerial>;

  constructor(script: HardwareScript, { elapsedMs, onAction = () => {} }: FakeHardwareOptions) {
    const mapped = <From, To>(all: Readonly<Record<string, From>>, make: (name: string, from: From) => To) =>
      new Map(Object.entries(all).map(([name, from]) => [name, make(name, from)]));
    this.#pins = mapped(
      script.gpio,
      (name, { changes }) =>
        new FakePin(changes, elapsedMs, (isActive) => onAction(`gpio ${name} ${isActive ? 'active' : 'inactive'}`)),
    );
    this.#buses = mapped(script.i2c, (_, devices) => new FakeBus(devices));
    this.#serials = mapped(
      script.serial,
      (name, port) =>
        new FakeSerial(port, elapsedMs, (bytes) =>
          onAction(`serial ${name} ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`),
        ),
    );
    this.present = {
      gpio: Object.fromEntries(Object.entries(script.gpio).map(([name, { direction }]) => [name, direction])),
      i2c: Object.keys(script.i2c),
      serial: Object.keys(script.serial),
    };
  }

  openPin(name: string, direction: GpioDirection, isActive: boolean): Pin {
    const pin = found(this.#pins, name);
    if (direction === 'out') pin.write(isActive);
    return pin;
  }

  openBus(name: string): Bus {
    return found(this.#buses, name);
  }

  openSerial(name: string): SerialPort {
    return found(this.#serials, name);
  }

  /** The finger on a button. */
  drive(name: string, isActive: boolean): void {
    found(this.#pins, name).drive(isActive);
  }

  /** What an output is, as a meter would see it. */
  isActive(name: string): boolean {
    return found(this.#pins, name).read();
  }

  /** The device at the other end of a serial line. */
  send(name: string, bytes: Uint8Array): void {
    found(this.#serials, name).send(bytes);
  }
}

/** A clock that begins when it is first looked at: with the first call of a program, however long that took to start. */
export function sinceFirstUse(): () => number {
  let beganMs: number | null = null;
  return () => {
    const nowMs = performance.now();
    beganMs ??= nowMs;
    return nowMs - beganMs;
  };
}

function found<T>(all: ReadonlyMap<string, T>, name: string): T {
  const one = all.get(name);
  if (one === undefined) throw new HardwareFault('missing', `${name} is not in the script`);
  return one;
}
