import type { Violation } from './violations.ts';

/**
 * Cuts a byte stream into MQTT packets without trusting it: the declared length is checked before a byte of the body is kept, and
 * memory grows with what has arrived, never with what was declared. Source: MQTT 3.1.1, 2.2 "Fixed header".
 */
export interface Frame {
  /** Packet type, 1 to 14, and the four flag bits. */
  readonly type: number;
  readonly flags: number;
  /** The whole packet with its header. */
  readonly bytes: Buffer;
  readonly bodyStart: number;
}

const FIRST_BUFFER_BYTES = 4096;
/** A remaining length has at most four bytes of seven bits. */
const LENGTH_BYTES_MAX = 4;

export class FrameReader {
  /** Asked for each packet when its length is known: the bound depends on who speaks. Answers a violation, or null. */
  readonly #refuse: (type: number, totalBytes: number) => Violation | null;
  #header: number[] = [];
  #body: Buffer = Buffer.alloc(0);
  #filled = 0;
  #totalBytes = 0;

  constructor(refuse: (type: number, totalBytes: number) => Violation | null) {
    this.#refuse = refuse;
  }

  /** Calls `onFrame` for each packet that is complete; stops at the first violation, its own or the callback's. */
  push(chunk: Buffer, onFrame: (frame: Frame) => Violation | null): Violation | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#totalBytes === 0) {
        const violation = this.#readHeader(chunk[at] as number);
        if (violation) return violation;
        at += 1;
      } else {
        const take = Math.min(chunk.length - at, this.#totalBytes - this.#filled);
        this.#append(chunk.subarray(at, at + take));
        at += take;
      }
      if (this.#totalBytes > 0 && this.#filled === this.#totalBytes) {
        const violation = onFrame(this.#takeFrame());
        if (violation) return violation;
      }
    }
    return null;
  }

  /** Bytes kept of a packet that is not complete. */
  get heldBytes(): number {
    return this.#body.length;
  }

  #readHeader(byte: number): Violation | null {
    this.#header.push(byte);
    const lengthBytes = this.#header.length - 1;
    if (lengthBytes === 0) return null;
    if ((byte & 0x80) !== 0) return lengthBytes >= LENGTH_BYTES_MAX ? 'malformed_length' : null;
    const remaining = this.#header.slice(1).reduce((sum, part, index) => sum + (part & 0x7f) * 128 ** index, 0);
    const totalBytes = this.#header.length + remaining;
    const violation = this.#refuse((this.#header[0] as number) >> 4, totalBytes);
    if (violation) return violation;
    this.#totalBytes = totalBytes;
    this.#body = Buffer.allocUnsafe(Math.min(totalBytes, FIRST_BUFFER_BYTES));
    this.#append(Buffer.from(this.#header));
    return null;
  }

  #append(part: Buffer): void {
    const needed = this.#filled + part.length;
    if (needed > this.#body.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#totalBytes, Math.max(needed, this.#body.length * 2)));
      this.#body.copy(grown, 0, 0, this.#filled);
      this.#body = grown;
    }
    part.copy(this.#body, this.#filled);
    this.#filled = needed;
  }

  #takeFrame(): Frame {
    const first = this.#header[0] as number;
    const frame = {
      type: first >> 4,
      flags: first & 0x0f,
      bytes: this.#body.subarray(0, this.#filled),
      bodyStart: this.#header.length,
    };
    this.#header = [];
    this.#body = Buffer.alloc(0);
    this.#filled = 0;
    this.#totalBytes = 0;
    return frame;
  }
}
