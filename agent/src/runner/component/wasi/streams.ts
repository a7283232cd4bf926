import { trap } from '../abi/trap.ts';
import { type Case, err, ok } from '../abi/values.ts';

/** Resources of wasi:io. Everything here waits by itself, so a stream is always ready; only clocks make a guest wait. */
export class IoError {
  readonly message: string;
  /** Label of `wasi:filesystem/types` error-code, if a file was behind it. */
  readonly fileCode: string | null;
  constructor(message: string, fileCode: string | null = null) {
    this.message = message;
    this.fileCode = fileCode;
  }
}

/** Thrown by what is behind a stream: the operation failed, the stream is at its end. */
export class StreamFailure extends Error {
  override readonly name = 'StreamFailure';
  readonly reason: IoError;
  constructor(reason: IoError) {
    super(reason.message);
    this.reason = reason;
  }
}

export class Pollable {
  readonly isReady: () => boolean;
  /** By the monotonic clock; null for what does not become ready by time. */
  readonly deadlineNs: bigint | null;
  constructor(isReady: () => boolean = () => true, deadlineNs: bigint | null = null) {
    this.isReady = isReady;
    this.deadlineNs = deadlineNs;
  }
}

/** Most bytes of one read, and what a guest may write after asking. */
export const PART_BYTES = 64 * 1024;

export interface Source {
  /** Up to `most` bytes; none is the end. */
  read(most: number): Uint8Array;
  close?(): void;
}

export interface Sink {
  write(bytes: Uint8Array): void;
  flush?(): void;
  close?(): void;
}

export class InputStream {
  readonly #source: Source;
  #isClosed = false;
  constructor(source: Source) {
    this.#source = source;
  }

  read(length: bigint): Case {
    if (this.#isClosed) return CLOSED;
    if (length === 0n) return ok(new Uint8Array(0));
    return guarded(() => {
      const bytes = this.#source.read(Number(length < PART_BYTES ? length : BigInt(PART_BYTES)));
      if (bytes.length > 0) return ok(bytes);
      this.#isClosed = true;
      return CLOSED;
    });
  }

  skip(length: bigint): Case {
    const result = this.read(length);
    return result.tag === 'ok' ? ok(BigInt((result.value as Uint8Array).length)) : result;
  }

  drop(): void {
    this.#source.close?.();
  }
}

export class OutputStream {
  readonly #sink: Sink;
  #isClosed = false;
  constructor(sink: Sink) {
    this.#sink = sink;
  }

  checkWrite(): Case {
    return this.#isClosed ? CLOSED : ok(BigInt(PART_BYTES));
  }

  write(bytes: Uint8Array): Case {
    if (bytes.length > PART_BYTES) trap(`a write of ${bytes.length} bytes, where ${PART_BYTES} were allowed`);
    return this.writeAll(bytes);
  }

  writeAll(bytes: Uint8Array): Case {
    if (this.#isClosed) return CLOSED;
    return guarded(() => {
      this.#sink.write(bytes);
      return ok();
    });
  }

  zeroes(length: bigint): Case {
    if (length > PART_BYTES) trap(`a write of ${length} zeroes, where ${PART_BYTES} were allowed`);
    return this.writeAll(new Uint8Array(Number(length)));
  }

  flush(): Case {
    if (this.#isClosed) return CLOSED;
    return guarded(() => {
      this.#sink.flush?.();
      return ok();
    });
  }

  splice(from: InputStream, length: bigint): Case {
    if (this.#isClosed) return CLOSED;
    const read = from.read(length);
    if (read.tag !== 'ok') return read;
    const bytes = read.value as Uint8Array;
    const written = this.writeAll(bytes);
    return written.tag === 'ok' ? ok(BigInt(bytes.length)) : written;
  }

  /** Nothing can be written any more; handles of it may still be there. */
  end(): void {
    this.#isClosed = true;
  }

  drop(): void {
    this.#sink.close?.();
  }
}

const CLOSED: Case = err({ tag: 'closed' });

function guarded(work: () => Case): Case {
  try {
    return work();
  } catch (error) {
    if (error instanceof StreamFailure) return err({ tag: 'last-operation-failed', value: error.reason });
    throw error;
  }
}

/** Bytes that are all there. */
export function sourceOf(bytes: Uint8Array): Source {
  let at = 0;
  return {
    read: (most) => {
      const part = bytes.slice(at, at + most);
      at += part.length;
      return part;
    },
  };
}
