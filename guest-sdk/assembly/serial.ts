import { address, hostSerialOpen, hostSerialRead, hostSerialWrite, utf8 } from "./host";

/** A serial device. Needs `capabilities: { serial: [gps] }`; only one app of a device may have it. */
export class Serial {
  private readonly name: ArrayBuffer;

  constructor(name: string) {
    this.name = utf8(name);
  }

  /** OK, or a Status below zero. Without a speed it is that of the owner of the device, who may have fixed it. */
  open(baud: i32 = 0): i32 {
    return hostSerialOpen(address(this.name), this.name.byteLength, baud);
  }

  /** What has come, as soon as anything has; null when nothing came in time, or it failed. */
  read(most: i32, timeoutMs: i32): ArrayBuffer | null {
    const buffer = new ArrayBuffer(most);
    const length = hostSerialRead(address(this.name), this.name.byteLength, address(buffer), most, timeoutMs);
    return length < 0 ? null : buffer.slice(0, length);
  }

  /** How many bytes were taken, which may be fewer; a Status below zero when it failed. */
  write(bytes: ArrayBuffer): i32 {
    return hostSerialWrite(address(this.name), this.name.byteLength, address(bytes), bytes.byteLength);
  }

  writeText(text: string): i32 {
    return this.write(utf8(text));
  }
}
