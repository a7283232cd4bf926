import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real processes of this project for tests: a control plane, an agent, the AssemblyScript compiler. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const START_DEADLINE_MS = 60_000;

export interface Running {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export interface RunningServer extends Running {
  readonly origin: string;
  readonly adminToken: string;
  /** Where it listens, to start it again at the same place. */
  readonly ready: { readonly http: string; readonly mqtt: string };
}

export async function startServer(
  dataFolder: string,
  http = '127.0.0.1:0',
  mqtt = '127.0.0.1:0',
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const running = start('control-plane/server/bin/wherry-server.js', [
    '--data',
    dataFolder,
    '--http',
    http,
    '--mqtt',
    mqtt,
    ...flags,
  ]);
  const ready = JSON.parse(await firstLine(running.child)) as { http: string; mqtt: string; adminTokenFile: string };
  return { ...running, ready, origin: ready.http, adminToken: readFileSync(ready.adminTokenFile, 'utf8').trim() };
}

/** A control plane that listens with TLS only. */
export interface SecuredServer extends RunningServer {
  readonly caFingerprint: string;
}

export async function startSecuredServer(dataFolder: string, ...flags: string[]): Promise<SecuredServer> {
  const listen = ['--https', '127.0.0.1:0', '--mqtts', '127.0.0.1:0'];
  const running = start('control-plane/server/bin/wherry-server.js', ['--data', dataFolder, ...listen, ...flags]);
  const ready = JSON.parse(await firstLine(running.child));
  const adminToken = readFileSync(ready.adminTokenFile, 'utf8').trim();
  return { ...running, ready, origin: ready.https, adminToken, caFingerprint: ready.caFingerprint };
}

export function startAgent(dataFolder: string): Running {
  return start('agent/bin/wherry-agent.js', ['run', '--data', dataFolder]);
}

export function claimDevice(origin: string, token: string, trustFile: string, dataFolder: string): void {
  mkdirSync(dataFolder, { recursive: true });
  const args = [
    'claim',
    '--server',
    origin,
    '--token',
    token,
    '--trust',
    trustFile,
    '--data',
    dataFolder,
    '--target',
    'test-board',
  ];
  execFileSync(process.execPath, [join(ROOT, 'agent/bin/wherry-agent.js'), ...args], { stdio: 'pipe' });
}

/** Compiles an app made by `wherry init`, against the guest SDK of this checkout. */
export function buildApp(folder: string, app: string): void {
  const compiler = join(createRequire(import.meta.url).resolve('assemblyscript/package.json'), '../bin/asc.js');
  const flags = ['--outFile', join(folder, `build/${app}.wasm`), '--runtime', 'incremental', '--exportRuntime', '-O2'];
  // From here node_modules, and with it the guest SDK, is found.
  const path = ['--path', join(ROOT, 'node_modules')];
  execFileSync(process.execPath, [compiler, join(folder, 'assembly/index.ts'), ...flags, ...path], {
    cwd: folder,
    stdio: 'pipe',
  });
}

function start(program: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(ROOT, program), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  child.stderr.resume();
  return {
    child,
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('the process did not become ready in time')), START_DEADLINE_MS);
    child.on('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)));
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}
