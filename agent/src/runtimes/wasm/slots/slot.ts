import type { Socket } from 'node:net';
import type { ToRunner } from '../../../runner/messages.ts';
import { RunnerChannel } from '../runner-channel.ts';
import type { OnMessage, RunnerExit, RunnerGauge, RunnerHandle } from '../runner-handle.ts';

/** One place in a shared process, as a runner of its own: a thread, a socket, an end. */
export interface SlotOptions {
  readonly app: string;
  readonly socket: Socket;
  readonly memoryBytes: number;
  readonly pid: () => number | undefined;
  readonly gauge: (peakBytes: () => number) => RunnerGauge;
  /** Has the thread ended, also in the middle of a guest's loop. */
  readonly end: () => void;
}

export class Slot implements RunnerHandle {
  readonly app: string;
  readonly memoryBytes: number;
  readonly exited: Promise<RunnerExit>;
  readonly gauge: RunnerGauge;
  /** The module's own memory, as far as it was told. */
  moduleBytes = 0;
  /** Something is under way: the guest's code may be running. */
  isBusy = true;
  #onMessage: OnMessage = () => {};
  #settle: (exit: RunnerExit) => void = () => {};
  readonly #options: SlotOptions;
  readonly #channel: RunnerChannel;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.app = options.app;
    this.memoryBytes = options.memoryBytes;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.gauge = options.gauge(() => this.moduleBytes);
    this.#channel = new RunnerChannel(options.socket, (message, tail) => this.#hear(message, tail), options.end);
  }

  get pid(): number | undefined {
    return this.#options.pid();
  }

  handOver(onMessage: OnMessage): void {
    this.#onMessage = onMessage;
  }

  keepAlive(isNeeded: boolean): void {
    this.#channel.keepAlive(isNeeded);
  }

  send(message: ToRunner, tail?: Uint8Array): void {
    if (message.type === 'call') this.isBusy = true;
    this.#channel.send(message, tail);
  }

  holdBack(delayMs: number): void {
    this.#channel.holdBack(delayMs);
  }

  close(): void {
    this.#channel.close();
  }

  /** The module's own limits are in its binary; the process has no others to give. */
  confine(): void {}

  /** A thread cannot be stopped without its neighbours: its CPU share is not kept here, and pacing says so. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    if (name !== 'SIGKILL') return;
    this.#channel.destroy();
    this.#options.end();
  }

  violate(what: string): void {
    this.#channel.violate(what);
  }

  /** The thread, or the whole process, is gone. */
  gone(exit: Omit<RunnerExit, 'violation'>): void {
    this.#channel.destroy();
    this.#settle({ ...exit, violation: this.#channel.violation });
  }

  #hear(...[message, tail]: Parameters<OnMessage>): void {
    if (message.type === 'done' || message.type === 'ready' || message.type === 'refused') this.isBusy = false;
    if (message.type === 'done' || message.type === 'ready') this.moduleBytes = message.peakBytes;
    this.#onMessage(message, tail);
  }
}
