import { type GuestMemory, MemoryFault } from '../guest-memory.ts';

/**
 * Objects of AssemblyScript's runtime as the host reads them: a pointer to the data, whose size in bytes is the u32 before it
 * (assemblyscript.org/runtime.html, "Header layout"). Pointer and size are the guest's word: bounded before anything is copied.
 */
const SIZE_OFFSET = 4;

export function readString(memory: GuestMemory, pointer: number, bytesMax: number): string {
  if (pointer === 0) return '';
  const bytes = readBuffer(memory, pointer, bytesMax);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~1).toString('utf16le');
}

/** A copy of an ArrayBuffer's, or a string's, bytes. */
export function readBuffer(memory: GuestMemory, pointer: number, bytesMax: number): Uint8Array {
  const at = pointer >>> 0;
  if (at < SIZE_OFFSET) throw new MemoryFault(`no object can be at ${at}`);
  const size = memory.getU32(at - SIZE_OFFSET);
  if (size > bytesMax) throw new MemoryFault(`an object of ${size} bytes where at most ${bytesMax} are taken`);
  return memory.copy(at, size);
}
