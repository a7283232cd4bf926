import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One life of a real agent: from its start to whatever ends it. */
export interface AgentLife {
  /** Where programs answer; null when it ended before it was ready. */
  readonly httpUrl: Promise<string | null>;
  /** The same of now: another version of the agent in the same process has another place. */
  placeNow(): string | null;
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
  readonly launcher: string;
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

export function beginAgentLife({ launcher, folder, logFile, crashAt, cacheDir }: LifeOptions): AgentLife {
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn('sh', [launcher, 'run', '--data', folder], {
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, NODE_COMPILE_CACHE: cacheDir, ...(crashAt === null ? {} : { WHERRY_CRASH_AT: crashAt }) },
  });
  closeSync(log);
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const places = readPlaces(child);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const life: AgentLife = {
    httpUrl: Promise.race([places.first, exited.then(() => null)]),
    placeNow: places.now,
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

/** Each start of an agent says in one line when it is ready, and where. */
function readPlaces(child: ChildProcess) {
  if (child.stdout === null) throw new Error('the agent has no standard output');
  const first = Promise.withResolvers<string | null>();
  let now: string | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    now = (JSON.parse(line) as { http: string | null }).http;
    first.resolve(now);
  });
  return { first: first.promise, now: () => now };
}
