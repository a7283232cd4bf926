/**
 * Messages to another process, those of one turn of the event loop together: one serialization and one write carry what a busy turn
 * produced. Counts the bytes of payloads that the pipe has not taken yet, so that whoever may drop something knows when.
 */
export class OutboundBatch<T> {
  readonly #send: (batch: readonly T[], taken: () => void) => void;
  #waiting: T[] = [];
  #waitingBytes = 0;
  #unsentBytes = 0;
  #isScheduled = false;

  /** `send` calls back when the batch is out, or never will be. */
  constructor(send: (batch: readonly T[], taken: () => void) => void) {
    this.#send = send;
  }

  get unsentBytes(): number {
    return this.#waitingBytes + this.#unsentBytes;
  }

  add(message: T, payloadBytes = 0): void {
    this.#waiting.push(message);
    this.#waitingBytes += payloadBytes;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.#waiting.length === 0) return;
    const [batch, bytes] = [this.#waiting, this.#waitingBytes];
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unsentBytes += bytes;
    this.#send(batch, () => {
      this.#unsentBytes -= bytes;
    });
  }
}
