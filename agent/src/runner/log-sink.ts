import { LIMITS } from '@wherry/protocol/admission';
import type { Channel } from './channel.ts';
import type { LogLevel, LogMessage } from './messages.ts';

/**
 * Lines of a guest on their way to the agent. A flood is thinned here, where it begins, and the gap is told with the next line
 * that goes; the agent slows down a runner that does not thin.
 */
const BURST_LINES = 100;
const LINES_PER_SECOND = 50;

export class LogSink {
  readonly #channel: Pick<Channel, 'send'>;
  readonly #nowMs: () => number;
  #tokens = BURST_LINES;
  #refilledAtMs: number;
  #skipped = 0;
  /** Lines left out since the last flush. */
  #leftOut = 0;

  constructor(channel: Pick<Channel, 'send'>, nowMs: () => number = sinceBootMs) {
    this.#channel = channel;
    this.#nowMs = nowMs;
    this.#refilledAtMs = nowMs();
  }

  line(level: LogLevel, stream: LogMessage['stream'], text: string): void {
    this.#refill();
    if (this.#tokens < 1) {
      this.#skipped += 1;
      this.#leftOut += 1;
      return;
    }
    this.#tokens -= 1;
    this.#channel.send({ type: 'log', level, stream, text: truncate(text), skipped: this.#skipped });
    this.#skipped = 0;
  }

  /** Tells what was left out, when nothing more may come; how many lines it was since the last time. */
  flush(): number {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    if (this.#skipped === 0) return leftOut;
    const text = `${this.#skipped} lines were left out: the program logs more than ${LINES_PER_SECOND} lines a second`;
    this.#channel.send({ type: 'log', level: 'warning', stream: 'log', text, skipped: this.#skipped });
    this.#skipped = 0;
    return leftOut;
  }

  #refill(): void {
    const now = this.#nowMs();
    this.#tokens = Math.min(BURST_LINES, this.#tokens + ((now - this.#refilledAtMs) / 1000) * LINES_PER_SECOND);
    this.#refilledAtMs = now;
  }
}

/** Cuts a stream of bytes into lines, holding at most one line of the longest length. */
export class LineSplitter {
  readonly #emit: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  write(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#emit(line);
    if (this.#rest.length >= LIMITS.logLineBytes) this.end();
  }

  end(): void {
    if (this.#rest !== '') this.#emit(this.#rest);
    this.#rest = '';
  }
}

function truncate(text: string): string {
  if (text.length * 3 <= LIMITS.logLineBytes) return text;
  const bytes = Buffer.from(text);
  return bytes.length <= LIMITS.logLineBytes
    ? text
    : `${bytes
        .subarray(0, LIMITS.logLineBytes - 8)
        .toString()
        .replace(/\uFFFD+$/, '')}…`;
}

/** `performance` would cost each runner 150 KB, which it loads when it is first used. */
function sinceBootMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
