/** Random bytes for guests. The module behind it costs a megabyte, which a guest that wants none does not pay. */
export function fillRandom(bytes: Uint8Array): void {
  process.getBuiltinModule('node:crypto').randomFillSync(bytes);
}

/** A random integer of so many bytes, at most 6. */
export function randomInteger(byteLength: number): number {
  const bytes = Buffer.alloc(byteLength);
  fillRandom(bytes);
  return bytes.readUIntLE(0, byteLength);
}
