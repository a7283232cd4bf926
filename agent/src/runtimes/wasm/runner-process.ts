import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ToRunner } from '../../runner/messages.ts';
import type { Scope } from '../cgroup/port.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { processGauge } from './process-gauge.ts';
import { RunnerChannel } from './runner-channel.ts';
import { runnerCommand } from './runner-command.ts';
import type { RunnerEntry } from './runner-entry.ts';
import type { OnMessage, RunnerExit, RunnerGauge, RunnerHandle } from './runner-handle.ts';
import { scopeGauge } from './scope-gauge.ts';

export interface RunnerOptions {
  readonly entry: RunnerEntry;
  readonly dataBytes: number | null;
  readonly moduleBytes: number | null;
  readonly fileBytes: number;
  readonly preopens: readonly string[];
  readonly stdio: 'inherit' | 'log';
  /** The cgroup that it begins its life in. */
  readonly scope?: Scope | null;
}

const CHANNEL_FD = 3;
/** Makes the kernel end a child when the agent dies; null on a machine without it. */
export const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) ?? null;

/** A runner in a process of its own. */
export class RunnerProcess implements RunnerHandle {
  readonly gauge: RunnerGauge;
  readonly exited: Promise<RunnerExit>;
  readonly #child: ChildProcess;
  readonly #channel: RunnerChannel;
  readonly #scope: Scope | null;
  #stderr = '';

  constructor(options: RunnerOptions, onMessage: OnMessage = () => {}) {
    const { file, args } = runnerCommand(process.execPath, options.entry, options, {
      hasPreopens: options.preopens.length > 0,
      preopens: options.preopens,
      setprivPath: SETPRIV,
      cgroupEntries: options.scope?.entries ?? [],
    });
    const own = options.stdio === 'inherit' ? 'inherit' : 'ignore';
    this.#child = spawn(file, args, {
      cwd: '/',
      env: {},
      stdio: [own, own, options.stdio === 'inherit' ? 'inherit' : 'pipe', 'pipe'],
    });
    this.#scope = options.scope ?? null;
    this.gauge = this.#scope === null ? processGauge(() => this.#child.pid) : scopeGauge(this.#scope);
    this.#channel = new RunnerChannel(this.#child.stdio[CHANNEL_FD] as Socket, onMessage, () => this.signal('SIGKILL'));
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-WASM_BOUNDS.stderrBytes);
    });
    this.exited = new Promise((resolve) => {
      const settle = (code: number | null, signal: NodeJS.Signals | null) => {
        const isOutOfMemory = this.#scope?.wasOutOfMemory() ?? false;
        resolve({ code, signal, stderr: this.#stderr, violation: this.#channel.violation, isOutOfMemory });
        // Whoever waits for the exit reads the last figures first.
        setImmediate(() => this.#scope?.remove());
      };
      this.#child.once('close', settle);
      this.#child.once('error', (error) => {
        this.#stderr = error.message;
        settle(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  handOver(onMessage: OnMessage): void {
    this.#channel.handOver(onMessage);
  }

  keepAlive(isNeeded: boolean): void {
    const of = isNeeded ? 'ref' : 'unref';
    this.#child[of]();
    this.#channel.keepAlive(isNeeded);
    (this.#child.stderr as Socket | null)?.[of]();
  }

  send(message: ToRunner, tail?: Uint8Array): void {
    this.#channel.send(message, tail);
  }

  holdBack(delayMs: number): void {
    this.#channel.holdBack(delayMs);
  }

  close(): void {
    this.#channel.close();
  }

  confine({ moduleBytes, cpuShare }: { readonly moduleBytes?: number; readonly cpuShare?: number }): void {
    if (moduleBytes !== undefined) this.#scope?.limitMemory(moduleBytes + WASM_BOUNDS.scopeOverheadBytes);
    if (cpuShare !== undefined) this.#scope?.limitCpu(cpuShare);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(name);
    if (name === 'SIGKILL') this.#scope?.kill();
  }

  violate(what: string): void {
    this.#channel.violate(what);
  }
}
