/**
 * A frame is one message between the agent and a runner: u32le length of the rest, u32le length of the JSON head, the head,
 * and a binary tail that lasts to the end. Both sides refuse what is longer than FRAME_BYTES_MAX before they hold it in memory.
 */
export const FRAME_BYTES_MAX = 1024 * 1024;
const HEADER_BYTES = 8;

export interface Frame {
  readonly head: unknown;
  readonly tail: Uint8Array;
}

/** A frame that breaks the format. Whoever receives one ends the other side. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function encodeFrame(head: object, tail: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const length = 4 + json.length + tail.length;
  if (length > FRAME_BYTES_MAX) throw new FrameError(`a frame of ${length} bytes is above ${FRAME_BYTES_MAX}`);
  const out = Buffer.allocUnsafe(4 + length);
  out.writeUInt32LE(length, 0);
  out.writeUInt32LE(json.length, 4);
  json.copy(out, HEADER_BYTES);
  out.set(tail, HEADER_BYTES + json.length);
  return out;
}

/** Checks a length that was read from the wire, before anything is allocated for it. */
export function checkFrameLength(length: number): number {
  if (length < 4 || length > FRAME_BYTES_MAX) throw new FrameError(`a frame claims ${length} bytes`);
  return length;
}

/** Decodes what follows the first length. The tail is a view into `body`. */
export function decodeFrame(body: Uint8Array): Frame {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const jsonLength = view.readUInt32LE(0);
  if (4 + jsonLength > view.length) throw new FrameError('the head of a frame is longer than the frame');
  try {
    return { head: JSON.parse(view.toString('utf8', 4, 4 + jsonLength)), tail: view.subarray(4 + jsonLength) };
  } catch (cause) {
    throw new FrameError('the head of a frame is not JSON', { cause });
  }
}

/** Cuts a stream of chunks into frames. Holds at most one frame and one chunk. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Frame[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const frames: Frame[] = [];
    while (this.#held.length >= 4) {
      const length = checkFrameLength(this.#held.readUInt32LE(0));
      if (this.#held.length < 4 + length) break;
      frames.push(decodeFrame(Buffer.from(this.#held.subarray(4, 4 + length))));
      this.#held = this.#held.subarray(4 + length);
    }
    return frames;
  }
}
