/**
 * Splits the engine's log stream into lines: frames of an 8-byte header (stream, three zeros, length as 32 bits, big
 * endian) and a payload, in pieces of any size. A line longer than the bound is cut there. Source: Docker Engine API,
 * "Stream format" of ContainerAttach.
 */
export interface Line {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

const HEADER_BYTES = 8;
const NEWLINE = 0x0a;
const STDERR = 2;

export class LogFrames {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #lines: Readonly<Record<Line['stream'], LineBuffer>>;
  #headerBytes = 0;
  #leftBytes = 0;
  #stream: Line['stream'] = 'stdout';

  constructor(lineBytesMax: number) {
    this.#lines = { stdout: new LineBuffer(lineBytesMax), stderr: new LineBuffer(lineBytesMax) };
  }

  push(chunk: Uint8Array): Line[] {
    const found: Line[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#leftBytes === 0) {
        this.#header[this.#headerBytes++] = chunk[at++] as number;
        if (this.#headerBytes === HEADER_BYTES) this.#beginFrame();
        continue;
      }
      const end = Math.min(chunk.length, at + this.#leftBytes);
      const stream = this.#stream;
      for (const text of this.#lines[stream].push(chunk.subarray(at, end))) found.push({ stream, text });
      this.#leftBytes -= end - at;
      at = end;
    }
    return found;
  }

  /** What was written without a newline at the end. */
  end(): Line[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) => {
      const text = this.#lines[stream].take();
      return text === '' ? [] : [{ stream, text }];
    });
  }

  #beginFrame(): void {
    this.#stream = this.#header[0] === STDERR ? 'stderr' : 'stdout';
    this.#leftBytes = this.#header.readUInt32BE(4);
    this.#headerBytes = 0;
  }
}

/** The unfinished line of one stream; holds no more than the bound, however long the line is. */
class LineBuffer {
  readonly #bytes: Buffer;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytes = Buffer.alloc(bytesMax);
  }

  *push(payload: Uint8Array): Generator<string> {
    let at = 0;
    for (;;) {
      const newline = payload.indexOf(NEWLINE, at);
      const end = newline === -1 ? payload.length : newline;
      const part = payload.subarray(at, Math.min(end, at + this.#bytes.length - this.#length));
      this.#bytes.set(part, this.#length);
      this.#length += part.length;
      if (newline === -1) return;
      yield this.take();
      at = newline + 1;
    }
  }

  take(): string {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    this.#length = 0;
    return text.replace(/\r$/, '');
  }
}
