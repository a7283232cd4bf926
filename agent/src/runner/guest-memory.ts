import type { WasmMemory } from './engine.ts';

/**
 * The guest's linear memory as the host may touch it. Every pointer and length comes from the guest: it is checked against the
 * memory as it is now, since a call may have grown it and detached earlier views.
 */
export class MemoryFault extends Error {
  override readonly name = 'MemoryFault';
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export class GuestMemory {
  readonly #memory: () => WasmMemory;
  #peakBytes = 0;

  constructor(memory: () => WasmMemory) {
    this.#memory = memory;
  }

  /** A live view of `length` bytes; valid until the guest runs again. */
  bytes(pointer: number, length: number): Uint8Array {
    const buffer = this.#memory().buffer;
    const from = pointer >>> 0;
    const size = length >>> 0;
    if (from + size > buffer.byteLength)
      throw new MemoryFault(`${size} bytes at ${from} are outside the memory of ${buffer.byteLength} bytes`);
    return new Uint8Array(buffer, from, size);
  }

  view(pointer: number, length: number): DataView {
    const bytes = this.bytes(pointer, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  copy(pointer: number, length: number): Uint8Array {
    return this.bytes(pointer, length).slice();
  }

  write(pointer: number, bytes: Uint8Array): void {
    this.bytes(pointer, bytes.length).set(bytes);
  }

  /** UTF-8 text. Throws a TypeError for bytes that are not UTF-8. */
  text(pointer: number, length: number): string {
    return decoder.decode(this.bytes(pointer, length));
  }

  setU32(pointer: number, value: number): void {
    this.view(pointer, 4).setUint32(0, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.view(pointer, 8).setBigUint64(0, BigInt.asUintN(64, value), true);
  }

  getU32(pointer: number): number {
    return this.view(pointer, 4).getUint32(0, true);
  }

  /** Looks at the size now and returns the highest seen; memories never shrink, so looking after each call is enough. */
  peakBytes(): number {
    this.#peakBytes = Math.max(this.#peakBytes, this.#memory().buffer.byteLength);
    return this.#peakBytes;
  }

  /** The highest size seen, when there may be no memory to look at. */
  get lastPeakBytes(): number {
    return this.#peakBytes;
  }
}
