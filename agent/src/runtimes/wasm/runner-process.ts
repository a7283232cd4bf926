import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { encodeFrame, FrameError, FrameReader } from '../../runner/frame.ts';
import type { ToRunner } from '../../runner/messages.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { type CheckedMessage, fromRunner } from './messages-in.ts';
import { runnerCommand } from './runner-command.ts';
import type { RunnerEntry } from './runner-entry.ts';

/** A runner as the agent sees it: a process, messages in, messages out. Knows nothing of triggers or grants. */
export interface RunnerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what the process wrote to its standard error: how V8 says that it ran out of memory. */
  readonly stderr: string;
  /** Set when the runner broke the protocol and was ended for it. */
  readonly violation: string | null;
}

export interface RunnerOptions {
  readonly entry: RunnerEntry;
  readonly dataBytes: number | null;
  readonly fileBytes: number;
  readonly preopens: readonly string[];
  readonly stdio: 'inherit' | 'log';
}

export type OnMessage = (message: CheckedMessage, tail: Uint8Array) => void;

const CHANNEL_FD = 3;
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) ?? null;

export class RunnerProcess {
  readonly exited: Promise<RunnerExit>;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  #onMessage: OnMessage;
  #violation: string | null = null;
  #stderr = '';

  constructor(options: RunnerOptions, onMessage: OnMessage = () => {}) {
    this.#onMessage = onMessage;
    const { file, args } = runnerCommand(
      process.execPath,
      options.entry,
      { dataBytes: options.dataBytes, fileBytes: options.fileBytes },
      { hasPreopens: options.preopens.length > 0, preopens: options.preopens, setprivPath: SETPRIV },
    );
    const own = options.stdio === 'inherit' ? 'inherit' : 'ignore';
    this.#child = spawn(file, args, {
      cwd: '/',
      env: {},
      stdio: [own, own, options.stdio === 'inherit' ? 'inherit' : 'pipe', 'pipe'],
    });
    this.#channel = this.#child.stdio[CHANNEL_FD] as Socket;
    this.#listen();
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-WASM_BOUNDS.stderrBytes);
    });
    this.exited = new Promise((resolve) => {
      const settle = (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal, stderr: this.#stderr, violation: this.#violation });
      this.#child.once('close', settle);
      this.#child.once('error', (error) => {
        this.#stderr = error.message;
        settle(null, null);
      });
    });
  }

  /** Undefined when the process could not be made at all. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whoever holds the runner from now on hears what it says. */
  handOver(onMessage: OnMessage): void {
    this.#onMessage = onMessage;
  }

  /** A runner that only waits keeps nobody from ending; one that works does. */
  keepAlive(isNeeded: boolean): void {
    const of = isNeeded ? 'ref' : 'unref';
    this.#child[of]();
    this.#channel[of]();
    (this.#child.stderr as Socket | null)?.[of]();
  }

  send(message: ToRunner, tail?: Uint8Array): void {
    if (!this.#channel.destroyed) this.#channel.write(encodeFrame(message, tail));
  }

  /** Stops reading for a while: the runner's next message waits in the socket, and soon the runner with it. */
  holdBack(delayMs: number): void {
    this.#channel.pause();
    setTimeout(() => this.#channel.resume(), delayMs);
  }

  /** Closes the channel: the runner ends when it next reads. */
  close(): void {
    this.#channel.end();
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(name);
  }

  /** Ends a runner that does what no runner of ours does. */
  violate(what: string): void {
    this.#violation ??= what;
    this.#channel.destroy();
    this.signal('SIGKILL');
  }

  #listen(): void {
    const reader = new FrameReader();
    this.#channel.on('data', (chunk: Buffer) => {
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
    this.#channel.on('error', () => {});
  }
}
