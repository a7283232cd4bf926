import { LIMITS } from '@wherry/protocol';
import type { SerialPort } from '../port.ts';
import type { HardwareScript } from './script.ts';

/** A serial device in memory: it sends what its script says, and its own input when it echoes. */
export class FakeSerial implements SerialPort {
  readonly #sends: HardwareScript['serial'][string]['sends'];
  readonly #echoes: boolean;
  readonly #elapsedMs: () => number;
  readonly #onWrite: (bytes: Uint8Array) => void;
  #incoming = Buffer.alloc(0);
  #nextSend = 0;

  constructor(
    { sends, echoes }: HardwareScript['serial'][string],
    elapsedMs: () => number,
    onWrite: (bytes: Uint8Array) => void,
  ) {
    this.#sends = sends.toSorted((a, b) => a.atMs - b.atMs);
    this.#echoes = echoes;
    this.#elapsedMs = elapsedMs;
    this.#onWrite = onWrite;
  }

  configure(): void {}

  read(bytes: number): Uint8Array {
    for (;;) {
      const send = this.#sends[this.#nextSend];
      if (send === undefined || send.atMs > this.#elapsedMs()) break;
      this.#nextSend += 1;
      this.send(Buffer.from(send.text));
    }
    const taken = this.#incoming.subarray(0, bytes);
    this.#incoming = this.#incoming.subarray(taken.length);
    return taken;
  }

  write(bytes: Uint8Array): number {
    this.#onWrite(bytes);
    if (this.#echoes) this.send(bytes);
    return bytes.length;
  }

  /** What the device at the other end says. What does not fit is lost, as with a wire. */
  send(bytes: Uint8Array): void {
    this.#incoming = Buffer.concat([this.#incoming, bytes]).subarray(0, LIMITS.serialBytes);
  }

  close(): void {}
}
