import type { GpioDirection, HardwareInventory } from '@wherry/protocol';

/**
 * Port: pins, I2C buses and serial devices of this machine, by the names that its owner gave them. Adapters: kernel/ (character
 * devices) and fake/ (in memory, scripted). No call waits, but for a transaction on a bus: whoever wants an edge or a byte asks
 * again, so that a guest that waits holds no thread of the agent. Who may use what, and how long, is decided in claims.ts.
 */
export interface Hardware {
  readonly present: HardwareInventory;
  /** All four throw HardwareFault. An output begins with `isActive`. */
  openPin(name: string, direction: GpioDirection, isActive: boolean): Pin;
  openBus(name: string): Bus;
  /** `baud` null: as the owner configured it. */
  openSerial(name: string, baud: number | null): SerialPort;
}

export type EdgeKind = 'rising' | 'falling';

/** Active and inactive are what the owner configured: an active-low pin is active at 0 volts. */
export interface Pin {
  read(): boolean;
  write(isActive: boolean): void;
  /** From now on edges are kept. Safe to repeat. */
  watch(): void;
  /** Edges since the last call, oldest first; at most LIMITS.gpioEdges, the newest ones when there were more. */
  edges(): readonly EdgeKind[];
  close(): void;
}

export type BusOperation = { readonly write: Uint8Array } | { readonly read: number };

export interface Bus {
  /** One transaction: a start condition before each operation, one stop at the end. The bytes of all reads, in order. */
  transact(address: number, operations: readonly BusOperation[]): Promise<Uint8Array>;
  close(): void;
}

export interface SerialPort {
  configure(baud: number | null): void;
  /** What has come, at most `bytes`; empty when nothing has. */
  read(bytes: number): Uint8Array;
  /** How many bytes were taken, which may be none. */
  write(bytes: Uint8Array): number;
  close(): void;
}

/** `missing`: no such device file. `no_answer`: nothing on the bus has this address. `busy`: something else on the machine has it. */
export type FaultReason = 'missing' | 'busy' | 'no_answer' | 'failed';

export class HardwareFault extends Error {
  override readonly name = 'HardwareFault';
  readonly reason: FaultReason;
  constructor(reason: FaultReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
