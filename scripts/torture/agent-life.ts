import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../fleet/paths.ts';

/** One life of a real agent: from its start to whatever ends it. */
export interface AgentLife {
  /** Where programs answer; null when it ended before it was ready. */
  readonly httpUrl: Promise<string | null>;
  readonly exited: Promise<void>;
  isRunning(): boolean;
  wasKilled(): boolean;
  /** With an exit code: it could not start, or gave up. */
  endedByItself(): boolean;
  kill(): Promise<void>;
  /** SIGTERM; a clean end. */
  stop(): Promise<void>;
}

export interface LifeOptions {
  readonly folder: string;
  readonly logFile: string;
  /** `blob.sync:1`: it ends by SIGKILL just before this step. */
  readonly crashAt: string | null;
  /** Compiled sources of earlier lives: a start takes half the time. */
  readonly cacheDir: string;
}

/** Nothing of a torture that fails is left behind. */
const running = new Set<AgentLife>();

export async function endAllLives(): Promise<void> {
  for (const life of running) await life.kill();
}

export function beginAgentLife({ folder, logFile, crashAt, cacheDir }: LifeOptions): AgentLife {
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn(process.execPath, [resolve(ROOT, 'agent/src/main.ts'), 'run', '--data', folder], {
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, NODE_COMPILE_CACHE: cacheDir, ...(crashAt === null ? {} : { WHERRY_CRASH_AT: crashAt }) },
  });
  closeSync(log);
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const life: AgentLife = {
    httpUrl: Promise.race([firstLine(child), exited.then(() => null)]),
    exited,
    isRunning,
    wasKilled: () => child.signalCode === 'SIGKILL',
    endedByItself: () => child.exitCode !== null,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
  running.add(life);
  void exited.then(() => running.delete(life));
  return life;
}

function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) throw new Error('the agent has no standard output');
  const lines = createInterface({ input: child.stdout });
  return new Promise((done) => lines.once('line', (line) => done((JSON.parse(line) as { http: string | null }).http)));
}
