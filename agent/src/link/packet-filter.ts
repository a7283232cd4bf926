/**
 * Lets MQTT packets through and leaves out those that declare more than `maxBytes`, byte by byte and without holding them: a broker
 * that announces 256 MB costs the device nothing but the reading. Source: MQTT 3.1.1, 2.2.3 (remaining length, at most four bytes).
 */
export interface PacketFilter {
  /** The parts of `chunk` that may go on to the parser, in order. */
  push(chunk: Uint8Array): Uint8Array[];
}

const CONTINUES = 0x80;
const LENGTH_BYTES_MAX = 4;

export function createPacketFilter(maxBytes: number, onDropped: (declaredBytes: number) => void): PacketFilter {
  /** Fixed header of the packet that is being read, until its length is known. */
  let header: number[] = [];
  let remainingBytes = 0;
  let isDropping = false;

  function readHeaderByte(byte: number): Uint8Array | null {
    header.push(byte);
    const lengthBytes = header.length - 1;
    if (lengthBytes === 0 || (byte & CONTINUES && lengthBytes < LENGTH_BYTES_MAX)) return null;
    // A fifth length byte is malformed: the parser sees it as it is and ends the session.
    remainingBytes = header.slice(1).reduce((sum, part, at) => sum + (part & 0x7f) * 128 ** at, 0);
    isDropping = remainingBytes + header.length > maxBytes;
    if (isDropping) onDropped(remainingBytes);
    const complete = isDropping ? null : Uint8Array.from(header);
    header = [];
    return complete;
  }

  return {
    push(chunk) {
      const passed: Uint8Array[] = [];
      let at = 0;
      while (at < chunk.length) {
        if (remainingBytes > 0) {
          const end = Math.min(chunk.length, at + remainingBytes);
          if (!isDropping) passed.push(chunk.subarray(at, end));
          remainingBytes -= end - at;
          at = end;
          continue;
        }
        const complete = readHeaderByte(chunk[at] ?? 0);
        at += 1;
        if (complete) passed.push(complete);
      }
      return passed;
    },
  };
}
