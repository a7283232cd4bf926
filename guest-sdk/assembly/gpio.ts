import { Status, address, hostGpioRead, hostGpioWait, hostGpioWrite, utf8 } from "./host";

/** What an input did. The numbers are those of the host. */
export enum Edge {
  Rising = 1,
  Falling = 2,
  Any = 3,
}

/**
 * An output pin. Needs `capabilities: { gpio: { led: out } }`; which line of which chip `led` is, and which level is active, the
 * owner of the device decides. It begins inactive.
 */
export class DigitalOut {
  private readonly name: ArrayBuffer;

  constructor(name: string) {
    this.name = utf8(name);
  }

  /** OK, or a Status below zero. */
  write(isActive: bool): i32 {
    return hostGpioWrite(address(this.name), this.name.byteLength, isActive ? 1 : 0);
  }

  activate(): i32 {
    return this.write(true);
  }

  deactivate(): i32 {
    return this.write(false);
  }

  toggle(): i32 {
    return this.write(!this.isActive());
  }

  isActive(): bool {
    return hostGpioRead(address(this.name), this.name.byteLength) == 1;
  }
}

/** An input pin. Needs `capabilities: { gpio: { button: in } }`. */
export class DigitalIn {
  private readonly name: ArrayBuffer;

  constructor(name: string) {
    this.name = utf8(name);
  }

  isActive(): bool {
    return hostGpioRead(address(this.name), this.name.byteLength) == 1;
  }

  /**
   * Waits for an edge: Edge.Rising or Edge.Falling, or Status.TIMEOUT. The first wait begins to watch; edges between two waits
   * are kept. In `onStart` no time limit runs meanwhile.
   */
  waitFor(edge: Edge, timeoutMs: i32): i32 {
    return hostGpioWait(address(this.name), this.name.byteLength, edge, timeoutMs);
  }

  /** Did it become active within the time? */
  waitForActive(timeoutMs: i32): bool {
    return this.isActive() || this.waitFor(Edge.Rising, timeoutMs) > Status.OK;
  }
}
