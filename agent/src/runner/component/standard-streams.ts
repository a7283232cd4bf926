import { LIMITS } from '@wherry/protocol/admission';
import { LineSplitter, type LogSink } from '../log-sink.ts';
import type { StreamDescriptor } from '../wasi/descriptors.ts';
import { inheritedInput, inheritedOutput } from '../wasi/streams.ts';
import { type Sink, type Source, sourceOf } from './wasi/streams.ts';

/** Standard streams of a command: those of the process, or payload, answer and log. */
const ANSWER_BYTES_MAX = LIMITS.httpBodyBytes + 8 * 1024;

export class StandardStreams {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly #log: LogSink;
  readonly #lines: LineSplitter[] = [];
  readonly #answer: Uint8Array[] = [];
  #answerBytes = 0;

  constructor(stdio: 'inherit' | 'log', log: LogSink, payload: Uint8Array, isAnswer: boolean) {
    this.#log = log;
    if (stdio === 'inherit') {
      this.stdin = readFrom(inheritedInput());
      this.stdout = writeTo(inheritedOutput(1));
      this.stderr = writeTo(inheritedOutput(2));
    } else {
      this.stdin = sourceOf(payload);
      this.stdout = isAnswer ? { write: (bytes) => this.#collect(bytes) } : this.#logged('stdout');
      this.stderr = this.#logged('stderr');
    }
  }

  /** What was written to standard output, as the answer to an http trigger. */
  answer(): Uint8Array {
    return Buffer.concat(this.#answer);
  }

  /** A last line without an end is a line too. */
  end(): void {
    for (const lines of this.#lines) lines.end();
  }

  #logged(stream: 'stdout' | 'stderr'): Sink {
    const level = stream === 'stderr' ? 'warning' : 'info';
    const lines = new LineSplitter((line) => this.#log.line(level, stream, line));
    this.#lines.push(lines);
    return { write: (bytes) => lines.write(bytes) };
  }

  #collect(bytes: Uint8Array): void {
    this.#answerBytes += bytes.length;
    if (this.#answerBytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
    this.#answer.push(bytes);
  }
}

function readFrom({ read }: StreamDescriptor): Source {
  return {
    read: (most) => {
      const bytes = new Uint8Array(most);
      return bytes.slice(0, read?.(bytes) ?? 0);
    },
  };
}

function writeTo({ write }: StreamDescriptor): Sink {
  return {
    write: (bytes) => {
      for (let done = 0; done < bytes.length; ) done += write?.(bytes.subarray(done)) ?? bytes.length;
    },
  };
}
