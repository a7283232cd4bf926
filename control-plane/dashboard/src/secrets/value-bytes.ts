const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What an editor puts at the end is rarely meant: one line end there is left out, as the command line does. */
export function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== NEWLINE) return bytes;
  return bytes.subarray(0, bytes.at(-2) === RETURN ? -2 : -1);
}
