import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@wherry/protocol';

const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;

/** The real server as a process of its own, over a fresh folder. */
export interface ControlPlane {
  readonly http: string;
  /** Where it was told to listen with TLS too. */
  readonly https: string | null;
  readonly token: string;
  /** Its data folder. */
  readonly dir: string;
  readonly client: Client;
  stop(): Promise<void>;
  /** Starts it again on the same port over the same folder. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

interface Ready {
  readonly http: string;
  readonly https?: string;
  readonly mqtt: string;
  readonly adminTokenFile: string;
}

export async function startControlPlane(more: readonly string[] = []): Promise<ControlPlane> {
  const dir = await mkdtemp(join(tmpdir(), 'wherry-dashboard-'));
  const flags = ['--data', dir, '--usage-every-ms', '1000', '--log-level', 'warn', ...more];
  let running = await launch([...flags, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']);
  const { http, https = null, mqtt, adminTokenFile } = running.ready;
  const token = (await readFile(adminTokenFile, 'utf8')).trim();
  const stop = () => end(running.child);
  return {
    http,
    https,
    token,
    dir,
    client: createClient({ origin: http, token }),
    stop,
    async start() {
      running = await launch([...flags, '--http', new URL(http).host, '--mqtt', new URL(mqtt).host]);
    },
    async remove() {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly ready: Ready }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    child.stdout.resume();
    return { child, ready: JSON.parse(line) as Ready };
  }
  throw new Error('the server ended before it was ready; its log is above');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
