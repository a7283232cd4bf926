import { Status, address, hostI2cTransaction, utf8 } from "./host";

const OPERATION_BYTES = 12;
const WRITE: i32 = 0;
const READ: i32 = 1;

/** One device on an I2C bus. Needs `capabilities: { i2c: { sensors: [0x48] } }` with the bus and the address. */
export class I2c {
  /** Of the last call: OK, or why it failed. Status.ABSENT: nothing answers at this address. */
  status: i32 = Status.OK;
  private readonly bus: ArrayBuffer;
  private readonly at: i32;
  private readonly operations: ArrayBuffer = new ArrayBuffer(2 * OPERATION_BYTES);

  constructor(bus: string, deviceAddress: i32) {
    this.bus = utf8(bus);
    this.at = deviceAddress;
  }

  /** True when the device took all bytes. */
  write(bytes: Uint8Array): bool {
    this.put(0, WRITE, bytes);
    return this.run(1);
  }

  /** Null when it failed. */
  read(length: i32): Uint8Array | null {
    const into = new Uint8Array(length);
    this.put(0, READ, into);
    return this.run(1) ? into : null;
  }

  /** Writes, then reads without giving the bus away between: what reading a register is. Null when it failed. */
  writeRead(bytes: Uint8Array, length: i32): Uint8Array | null {
    const into = new Uint8Array(length);
    this.put(0, WRITE, bytes);
    this.put(1, READ, into);
    return this.run(2) ? into : null;
  }

  /** `length` bytes from a register on. Null when it failed. */
  readRegister(register: u8, length: i32): Uint8Array | null {
    const number = new Uint8Array(1);
    number[0] = register;
    return this.writeRead(number, length);
  }

  private put(index: i32, kind: i32, bytes: Uint8Array): void {
    const at = address(this.operations) + index * OPERATION_BYTES;
    store<i32>(at, kind);
    store<usize>(at, bytes.dataStart, 4);
    store<i32>(at, bytes.length, 8);
  }

  private run(count: i32): bool {
    const result = hostI2cTransaction(address(this.bus), this.bus.byteLength, this.at, address(this.operations), count);
    this.status = result < 0 ? result : Status.OK;
    return result >= 0;
  }
}
