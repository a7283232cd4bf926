import {
  asksForHardware,
  type HardwareGrants,
  type HardwareInventory,
  missingHardware,
  type Outcome,
  refuse,
  succeed,
} from '@wherry/protocol';
import { Handles, SharedBus, SharedPin } from './open-devices.ts';
import type { EdgeKind, Hardware, SerialPort } from './port.ts';

/**
 * Who has which hardware. An output pin and a serial device belong to one app; input pins and buses may be shared. Two instances
 * of one app, as there are during an update, share everything. A pin is opened at its first use and given back, in whatever
 * state the chip then leaves it, when the last instance that used it is gone.
 */
export class HardwareClaims {
  readonly #hardware: Hardware;
  readonly #held = new Set<{ readonly app: string; readonly grants: HardwareGrants }>();
  readonly #pins = new Handles<SharedPin>();
  readonly #buses = new Handles<SharedBus>();
  readonly #serials = new Handles<SerialPort>();

  constructor(hardware: Hardware) {
    this.#hardware = hardware;
  }

  get present(): HardwareInventory {
    return this.#hardware.present;
  }

  /** Could this app have all of it now? Codes: hardware_missing, hardware_busy. */
  check(app: string, grants: HardwareGrants): Outcome<void> {
    const missing = missingHardware(grants, this.present);
    if (missing !== null) return refuseMissing(app, missing);
    for (const other of this.#held) {
      const contested = other.app === app ? null : contestedName(grants, other.grants);
      if (contested !== null) return refuse('hardware_busy', `${app} asks for ${contested}, which ${other.app} has`);
    }
    return succeed(undefined);
  }

  /** Takes it until `release`. Codes: hardware_missing, hardware_busy. */
  claim(app: string, grants: HardwareGrants): Outcome<HardwareClaim> {
    const checked = this.check(app, grants);
    if (!checked.ok) return checked;
    const holder = { app, grants };
    const queues = new Map<string, EdgeKind[]>();
    const watched = new Set<SharedPin>();
    this.#held.add(holder);

    const pin = (name: string, isActive = false): SharedPin => {
      const direction = grants.gpio?.[name] ?? 'in';
      return this.#pins.use(name, holder, () => new SharedPin(this.#hardware.openPin(name, direction, isActive)));
    };
    return succeed({
      grants,
      read: (name) => pin(name).pin.read(),
      write: (name, isActive) => pin(name, isActive).pin.write(isActive),
      nextEdge(name, kind) {
        const shared = pin(name);
        let queue = queues.get(name);
        if (queue === undefined) {
          queue = [];
          shared.watch(queue);
          queues.set(name, queue);
          watched.add(shared);
        }
        shared.collect();
        for (let edge = queue.shift(); edge !== undefined; edge = queue.shift())
          if (kind === 'both' || edge === kind) return edge;
        return null;
      },
      bus: (name) => this.#buses.use(name, holder, () => new SharedBus(this.#hardware.openBus(name))),
      serial: (name) => this.#serials.use(name, holder, () => this.#hardware.openSerial(name, null)),
      dropSerial: (name) => this.#serials.drop(name),
      release: () => {
        if (!this.#held.delete(holder)) return;
        for (const shared of watched) for (const queue of queues.values()) shared.unwatch(queue);
        for (const handles of [this.#pins, this.#buses, this.#serials]) handles.release(holder);
      },
    });
  }
}

/** What one instance may use. Names must be among the grants: whoever calls has looked. All throw HardwareFault. */
export interface HardwareClaim {
  readonly grants: HardwareGrants;
  read(pin: string): boolean;
  write(pin: string, isActive: boolean): void;
  /** The oldest edge of this kind since the last one that was asked for; the first call begins to watch. */
  nextEdge(pin: string, kind: EdgeKind | 'both'): EdgeKind | null;
  bus(name: string): SharedBus;
  /** Opened at the owner's speed. */
  serial(name: string): SerialPort;
  /** After a fault, such as an adapter that was unplugged: the next use opens it anew. */
  dropSerial(name: string): void;
  /** Safe to repeat. */
  release(): void;
}

/** A device without hardware: a release that asks for none is content. */
export function checkWithoutHardware(app: string, grants: HardwareGrants): Outcome<void> {
  return asksForHardware(grants)
    ? refuseMissing(app, missingHardware(grants, undefined) ?? 'it has none')
    : succeed(undefined);
}

function refuseMissing(app: string, what: string): Outcome<never> {
  return refuse('hardware_missing', `${app} does not fit this device: ${what}; name it under hardware in agent.json`);
}

function contestedName(wanted: HardwareGrants, held: HardwareGrants): string | null {
  for (const [name, direction] of Object.entries(wanted.gpio ?? {})) {
    const other = held.gpio?.[name];
    if (other !== undefined && (direction === 'out' || other === 'out')) return `pin ${name}`;
  }
  const serial = (wanted.serial ?? []).find((name) => held.serial?.includes(name));
  return serial === undefined ? null : `serial device ${serial}`;
}
