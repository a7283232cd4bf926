import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { encodeFrame, FrameError, FrameReader } from '../../../runner/frame.ts';
import { SLOT_FD, type ToShared } from '../../../runner/slots.ts';
import { WASM_BOUNDS } from '../bounds.ts';
import { runnerCommand } from '../runner-command.ts';
import type { RunnerEntry } from '../runner-entry.ts';
import { SETPRIV } from '../runner-process.ts';
import { Slot } from './slot.ts';
import { threadGauge } from './thread-gauge.ts';

/** One process with a few places for trusted programs. When it goes, all that are in it learn whose doing it may have been. */
export interface SharedProcessOptions {
  readonly entry: RunnerEntry;
  readonly baselineBytes: number;
  readonly fileBytes: number;
  /** Apps whose code was running when the process ended by itself. */
  readonly suspected: (apps: readonly string[]) => void;
}

const CONTROL_FD = 3;
const message = z.strictObject({
  type: z.literal('gone'),
  slot: z.int().min(0).max(WASM_BOUNDS.sharedSlots),
  isOutOfMemory: z.boolean(),
});

export class SharedProcess {
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #control: Socket;
  readonly #slots = new Map<number, Slot>();
  #used = 0;
  #stderr = '';

  constructor({ entry, baselineBytes, fileBytes, suspected }: SharedProcessOptions) {
    const dataBytes =
      baselineBytes +
      WASM_BOUNDS.sharedMemoryBytes +
      WASM_BOUNDS.headroomBytes +
      WASM_BOUNDS.sharedSlots * WASM_BOUNDS.workerDataBytes;
    const { file, args } = runnerCommand(
      process.execPath,
      entry,
      { dataBytes, fileBytes, moduleBytes: WASM_BOUNDS.sharedMemoryBytes },
      { hasPreopens: false, preopens: [], setprivPath: SETPRIV, isShared: true },
    );
    const sockets = Array.from({ length: WASM_BOUNDS.sharedSlots + 1 }, () => 'pipe' as const);
    this.#child = spawn(file, args, { cwd: '/', env: {}, stdio: ['ignore', 'ignore', 'pipe', ...sockets] });
    this.#control = this.#child.stdio[CONTROL_FD] as Socket;
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-WASM_BOUNDS.stderrBytes);
    });
    this.#listen();
    this.exited = new Promise((resolve) => {
      const settle = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#fallen(code, signal, suspected);
        resolve();
      };
      this.#child.once('exit', settle);
      this.#child.once('error', (error) => {
        this.#stderr = error.message;
        settle(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Null when no place is left, or not enough of the memory that all have together. */
  take(app: string, memoryBytes: number): Slot | null {
    const taken = this.#present().reduce((sum, slot) => sum + slot.memoryBytes, 0);
    if (this.#used >= WASM_BOUNDS.sharedSlots || taken + memoryBytes > WASM_BOUNDS.sharedMemoryBytes) return null;
    const at = this.#used++;
    const pid = () => this.#child.pid;
    const slot: Slot = new Slot({
      app,
      memoryBytes,
      socket: this.#child.stdio[SLOT_FD + at] as Socket,
      pid,
      gauge: (own) =>
        threadGauge(pid, at, {
          own,
          all: () => this.#present().reduce((sum, { moduleBytes }) => sum + moduleBytes, 0),
          count: () => this.#slots.size,
        }),
      end: () => this.#say({ type: 'end', slot: at }),
    });
    this.#slots.set(at, slot);
    this.#keepAlive(true);
    this.#say({ type: 'open', slot: at });
    return slot;
  }

  /** An empty process stays warm, but keeps nobody from ending. */
  #keepAlive(isNeeded: boolean): void {
    const of = isNeeded ? 'ref' : 'unref';
    this.#child[of]();
    this.#control[of]();
    (this.#child.stderr as Socket | null)?.[of]();
  }

  #present(): Slot[] {
    return [...this.#slots.values()];
  }

  #say(what: ToShared): void {
    if (!this.#control.destroyed) this.#control.write(encodeFrame(what));
  }

  #listen(): void {
    const reader = new FrameReader();
    this.#control.on('data', (chunk: Buffer) => {
      try {
        for (const { head } of reader.push(chunk)) this.#hear(head);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.#child.kill('SIGKILL');
      }
    });
    this.#control.on('error', () => {});
  }

  #hear(head: unknown): void {
    const parsed = message.safeParse(head);
    if (!parsed.success) return void this.#child.kill('SIGKILL');
    const { slot: at, isOutOfMemory } = parsed.data;
    const slot = this.#slots.get(at);
    this.#slots.delete(at);
    slot?.gone({ code: 0, signal: null, stderr: '', isOutOfMemory });
    if (this.#slots.size > 0) return;
    this.#keepAlive(false);
    // Places are used once: a process whose last program is gone has nothing left to do when they are used up.
    if (this.#used >= WASM_BOUNDS.sharedSlots) this.#child.kill('SIGKILL');
  }

  /** One that was alone at work has brought the process down; when it was several, or none, nobody is blamed, and all begin anew. */
  #fallen(code: number | null, signal: NodeJS.Signals | null, suspected: SharedProcessOptions['suspected']): void {
    const left = this.#present();
    const busy = left.filter(({ isBusy }) => isBusy);
    this.#slots.clear();
    if (busy.length > 0) suspected(busy.map(({ app }) => app));
    for (const slot of left) {
      const isGuilty = busy.length === 1 && busy[0] === slot;
      const who = busy.length === 1 ? (busy[0] as Slot).app : 'a program';
      const byNeighbour = `${who} brought down the process that it shared (${signal ?? `exit code ${code}`})`;
      slot.gone({ code, signal, stderr: this.#stderr, ...(isGuilty ? {} : { byNeighbour }) });
    }
  }
}
