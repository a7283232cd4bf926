import type { Socket } from 'node:net';
import { encodeFrame, FrameError, FrameReader } from '../../runner/frame.ts';
import type { ToRunner } from '../../runner/messages.ts';
import { fromRunner } from './messages-in.ts';
import type { OnMessage } from './runner-handle.ts';

/** The agent's end of a runner's socket. What is no message of the protocol ends the conversation. */
export class RunnerChannel {
  readonly #socket: Socket;
  readonly #violated: () => void;
  #onMessage: OnMessage;
  #violation: string | null = null;

  /** `violated`: the runner said what no runner of ours says; it is to be ended. */
  constructor(socket: Socket, onMessage: OnMessage, violated: () => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    this.#violated = violated;
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const { head, tail } of reader.push(chunk)) {
          if (this.#violation !== null) return;
          const message = fromRunner.safeParse(head);
          if (!message.success) return void this.violate('a message that is not in the protocol');
          this.#onMessage(message.data, tail);
        }
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.violate(error.message);
      }
    });
    // A runner that dies while we write to it breaks the pipe; its exit tells the reason.
    socket.on('error', () => {});
  }

  get violation(): string | null {
    return this.#violation;
  }

  handOver(onMessage: OnMessage): void {
    this.#onMessage = onMessage;
  }

  keepAlive(isNeeded: boolean): void {
    this.#socket[isNeeded ? 'ref' : 'unref']();
  }

  send(message: ToRunner, tail?: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeFrame(message, tail));
  }

  holdBack(delayMs: number): void {
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), delayMs);
  }

  close(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  violate(what: string): void {
    this.#violation ??= what;
    this.#socket.destroy();
    this.#violated();
  }
}
