import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The server as a process of its own, as a service manager runs it. */
export interface ServerProcess {
  readonly http: string;
  readonly mqtt: string;
  readonly adminTokenFile: string;
  readonly pid: number;
  /** Ends it by a signal; answers its exit code, or null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  log(): string;
}

const BIN = fileURLToPath(new URL('../../bin/wherry-server.js', import.meta.url));
const READY_WITHIN_MS = 60_000;

export async function spawnServer(args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const line = await firstLine(child, () => log);
  const ready = JSON.parse(line) as { ready: boolean; http: string; mqtt: string; adminTokenFile: string };
  if (!ready.ready) throw new Error(`not ready: ${line}`);
  return {
    ...ready,
    pid: child.pid as number,
    log: () => log,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

function firstLine(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server was not ready within ${READY_WITHIN_MS} ms: ${log()}`));
    }, READY_WITHIN_MS);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready: ${log()}`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) => {
      clearTimeout(timer);
      resolve(line);
    });
  });
}
