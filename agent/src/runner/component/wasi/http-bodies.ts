import { type Case, err, NONE, ok, some } from '../abi/values.ts';
import { InputStream, IoError, OutputStream, Pollable, StreamFailure, sourceOf } from './streams.ts';

/** Bodies of wasi:http. One that comes in is there as a whole; one that goes out is collected until it is finished. */
export class IncomingBody {
  readonly #bytes: Uint8Array;
  #isTaken = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  stream(): Case {
    if (this.#isTaken) return err();
    this.#isTaken = true;
    return ok(new InputStream(sourceOf(this.#bytes)));
  }
}

/** Trailers are not carried: there are none, and they are known at once. */
export class FutureTrailers {
  #isTaken = false;

  subscribe(): Pollable {
    return new Pollable();
  }

  get(): Case {
    if (this.#isTaken) return some(err());
    this.#isTaken = true;
    return some(ok(ok(NONE)));
  }
}

export class OutgoingBody {
  readonly #mostBytes: number;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  #stream: OutputStream | null = null;
  isFinished = false;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  write(): Case {
    if (this.#stream !== null) return err();
    this.#stream = new OutputStream({ write: (bytes) => this.#collect(bytes) });
    return ok(this.#stream);
  }

  finish(trailers: Case): Case {
    if (trailers.tag === 'some') return err({ tag: 'HTTP-request-trailer-section-size', value: NONE });
    this.isFinished = true;
    this.#stream?.end();
    return ok();
  }

  content(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #collect(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > this.#mostBytes)
      throw new StreamFailure(new IoError(`a body of more than ${this.#mostBytes} bytes`));
    this.#parts.push(bytes);
  }
}
