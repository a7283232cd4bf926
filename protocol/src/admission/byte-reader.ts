import type { ErrorCode } from '../errors.ts';
import { MODULE_BOUNDS } from './bounds.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Stops reading a module; caught by `readModule` and nobody else. */
export class ModuleRefusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads a module's bytes from front to back. Every read is checked against `end`, so a loop over it always ends. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at >= this.end)
      throw new ModuleRefusal('module_malformed', `the module ends too early, at byte ${this.at}`);
    return this.#bytes[this.at++] as number;
  }

  /** Unsigned LEB128 of at most 32 bits (core specification 5.2.2). */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ModuleRefusal('module_malformed', `a number at byte ${this.at} is longer than 32 bits`);
  }

  /** Unsigned LEB128 of at most 64 bits; a number above 2^53, which nothing here can be, is told as infinity. */
  u64(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte > 1) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
    }
    throw new ModuleRefusal('module_malformed', `a number at byte ${this.at} is longer than 64 bits`);
  }

  /** A count of things that take at least one byte each, so that it cannot promise more than is there. */
  count(what: string, max: number): number {
    const count = this.u32();
    if (count > max) throw new ModuleRefusal('module_too_large', `the module has ${count} ${what}; the most is ${max}`);
    if (count > this.left)
      throw new ModuleRefusal('module_malformed', `the module announces ${count} ${what} but ends before them`);
    return count;
  }

  skip(length: number): void {
    if (length > this.left)
      throw new ModuleRefusal('module_malformed', `something at byte ${this.at} is longer than what holds it`);
    this.at += length;
  }

  name(): string {
    const length = this.u32();
    if (length > MODULE_BOUNDS.nameBytes)
      throw new ModuleRefusal('module_too_large', `a name of ${length} bytes; the most is ${MODULE_BOUNDS.nameBytes}`);
    const start = this.at;
    this.skip(length);
    try {
      return UTF8.decode(this.#bytes.subarray(start, this.at));
    } catch {
      throw new ModuleRefusal('module_malformed', `the name at byte ${start} is not UTF-8`);
    }
  }

  /** A reader of the next `length` bytes; this one goes on behind them. */
  part(length: number): ByteReader {
    const start = this.at;
    this.skip(length);
    return new ByteReader(this.#bytes, start, this.at);
  }

  expectEnd(what: string): void {
    if (this.at !== this.end)
      throw new ModuleRefusal('module_malformed', `${what} is longer than its content, at byte ${this.at}`);
  }
}
