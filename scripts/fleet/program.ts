import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A long-running program of ours that says on stdout, as one JSON line, when it is ready. Its stderr goes to a log file. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  readonly ready: Record<string, unknown>;
  /** Settles when it has ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  isRunning(): boolean;
  /** SIGTERM and, after `graceMs`, SIGKILL. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL, as a power cut would. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  readonly name: string;
  /** What is started; this Node without. */
  readonly command?: string;
  /** Its arguments; of Node, the source file first. */
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyWithinMs?: number;
}

export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(options.command ?? process.execPath, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  child.stderr.pipe(createWriteStream(options.logFile, { flags: 'a' }));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const ready = await readyLine(child, exited, options).catch((cause) => {
    child.kill('SIGKILL');
    throw cause;
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    name: options.name,
    pid: child.pid as number,
    ready,
    exited,
    isRunning,
    async stop(graceMs = 5_000) {
      if (!isRunning()) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function readyLine(
  child: ChildProcess,
  exited: Promise<{ code: number | null }>,
  options: ProgramOptions,
): Promise<Record<string, unknown>> {
  const withinMs = options.readyWithinMs ?? 60_000;
  if (!child.stdout) throw new Error(`${options.name} has no stdout`);
  const lines = createInterface({ input: child.stdout });
  let timer: NodeJS.Timeout | undefined;
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    exited.then(({ code }) =>
      Promise.reject(new Error(`${options.name} ended with ${code} before it was ready; see ${options.logFile}`)),
    ),
    new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${options.name} was not ready within ${withinMs} ms; see ${options.logFile}`)),
        withinMs,
      );
    }),
  ]).finally(() => clearTimeout(timer));
  return JSON.parse(line);
}
