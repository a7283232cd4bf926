import type { GuestMemory } from '../guest-memory.ts';
import { ERRNO, WasiError } from './errno.ts';

const VECTOR_BYTES = 8;
/** IOV_MAX of Linux. */
const VECTORS_MAX = 1024;

/** The buffers of an iovec list, as live views; all are checked before the first is used. */
export function ioVectors(memory: GuestMemory, listAt: number, count: number): Uint8Array[] {
  if (count >>> 0 > VECTORS_MAX) throw new WasiError(ERRNO.inval);
  const list = memory.view(listAt, count * VECTOR_BYTES);
  return Array.from({ length: count }, (_, index) =>
    memory.bytes(list.getUint32(index * VECTOR_BYTES, true), list.getUint32(index * VECTOR_BYTES + 4, true)),
  );
}

/** Moves bytes buffer by buffer until one is not filled, or not taken, whole; returns how many. */
export function transfer(buffers: readonly Uint8Array[], move: (buffer: Uint8Array, done: number) => number): number {
  let done = 0;
  for (const buffer of buffers) {
    if (buffer.length === 0) continue;
    const moved = move(buffer, done);
    done += moved;
    if (moved < buffer.length) break;
  }
  return done;
}
