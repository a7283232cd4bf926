import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** A real agent in a process of its own. */
export interface AgentProcess {
  readonly pid: number;
  readonly ready: { readonly device: string; readonly http: string | null };
  readonly stderr: () => string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** SIGTERM, and waits. Answers the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly main?: string;
}

export function spawnAgent(folder: string, { env = {}, main = MAIN }: SpawnOptions = {}) {
  const child = spawn(process.execPath, [main, 'run', '--data', folder], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return follow(child);
}

export async function startAgent(folder: string, options: SpawnOptions = {}): Promise<AgentProcess> {
  const { child, out, exit } = spawnAgent(folder, options);
  await until(
    `the agent is ready; it printed ${out.stderr.slice(-2_000)}`,
    () => out.stdout.includes('\n') || child.exitCode !== null || child.signalCode !== null,
  );
  if (!out.stdout.includes('\n')) throw new Error(`the agent ended before it was ready: ${out.stderr.slice(-4_000)}`);
  return {
    pid: child.pid ?? 0,
    ready: JSON.parse(out.stdout.split('\n')[0] ?? ''),
    stderr: () => out.stderr,
    exit,
    async stop() {
      child.kill('SIGTERM');
      return (await exit).code;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Runs a command of the agent to its end. */
export async function runAgent(args: readonly string[]) {
  const { exit, out } = follow(spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
  return { ...(await exit), ...out };
}

function follow(child: ChildProcess) {
  const out = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    out.stderr += chunk;
  });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, out, exit };
}
