import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** A one-line change of SQLite, 2 MB as a module, through a real control plane and agent; what the device reads over HTTP is counted. */
const shell = recordedShell();
const file = (path: string) => join(shell.folder, path);
const SQLITE = join(dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json')), 'deps/sqlite3');
const AGENT = join(import.meta.dirname, '../../../agent/bin/wherry-agent.js');
const WIRE_SHARE = 0.02;

let server: RunningServer;
let wire: Wire;
let agent: Running | undefined;

interface Wire {
  readonly origin: string;
  /** From the control plane to the device, with all that HTTP adds. */
  receivedBytes: number;
  readonly server: Server;
}

/** Between the device and the control plane. */
async function countWire(origin: string): Promise<Wire> {
  const { hostname, port } = new URL(origin);
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    far.on('data', (chunk) => {
      counting.receivedBytes += chunk.length;
    });
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address() as { port: number };
  const counting: Wire = { origin: `http://127.0.0.1:${address.port}`, receivedBytes: 0, server: proxy };
  return counting;
}

/** Code as the compiler first writes it: it is large, and soon made. */
const FLAGS = [
  ...['--target=wasm32-wasi', '-O1', '-Xclang', '-disable-llvm-passes', '-w'],
  ...['-DSQLITE_OS_OTHER=1', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION'],
];
const TABLE_WORDS = 256 * 1024;

/** Beside SQLite, a table of which nothing repeats, as models and fonts are. */
function mainSource(): string {
  let word = 1;
  const words = Array.from({ length: TABLE_WORDS }, () => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    return word;
  });
  return `
    #include "sqlite3.h"
    const unsigned table[] = {${words.join(',')}};
    int sqlite3_os_init(void) { return SQLITE_OK; }
    int sqlite3_os_end(void) { return SQLITE_OK; }
    int main(int argc, char **argv) { return table[argc] == 0 || sqlite3_initialize() != SQLITE_OK; }`;
}

async function build(name: string, edit: (source: string) => string): Promise<void> {
  const folder = file(name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'sqlite3.c'), edit(readFileSync(join(SQLITE, 'sqlite3.c'), 'utf8')));
  cpSync(join(SQLITE, 'sqlite3.h'), join(folder, 'sqlite3.h'));
  writeFileSync(join(folder, 'main.c'), mainSource());
  const options = { cwd: folder, env: { PATH: '/usr/bin:/bin' } };
  await promisify(execFile)('clang', [...FLAGS, 'sqlite3.c', 'main.c', '-o', 'db.wasm'], options);
}

/** Answers the module's size. */
async function publish(name: string, version: string): Promise<number> {
  const manifest = [
    `app: db\nversion: ${version}`,
    'variants:\n  - wasm: { module: db.wasm, abi: wasi-p1 }',
    'triggers: [{ cron: "0 0 1 1 *" }]',
    'limits: { memory: 64MiB, wall: 10s }',
    'health: { after: 100ms, every: 100ms, failures: 3, soak: 100ms }\n',
  ];
  writeFileSync(file(`${name}/wherry.yaml`), manifest.join('\n'));
  await ok('publish', name);
  return statSync(file(`${name}/db.wasm`)).size;
}

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await shell.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

/** Beside this process, through whose wire it goes. */
async function claim(token: string): Promise<void> {
  mkdirSync(file('device'));
  const places = ['--data', file('device'), '--trust', file('root.json')];
  const args = ['claim', '--server', wire.origin, '--token', token, '--target', 'test-board', ...places];
  await promisify(execFile)(process.execPath, [AGENT, ...args]);
}

const rollOut = (version: string) =>
  ok('rollout', 'start', `db@${version}`, '--wave', 'rest', '--soak', '0s', '--deadline', '1m', '--watch');

beforeAll(async () => {
  server = await startServer(file('server'));
  wire = await countWire(server.origin);
  const line = '/* SQLITE_NOMEM       */ "out of memory",';
  const change = (source: string) => {
    if (!source.includes(line)) throw new Error('SQLite has another line for this');
    return source.replace(line, '/* SQLITE_NOMEM       */ "there is no more memory",');
  };
  await Promise.all([build('before', (source) => source), build('after', change)]);
});

afterAll(async () => {
  await agent?.stop();
  wire?.server.close();
  await server?.stop();
  rmSync(shell.folder, { recursive: true, force: true });
});

it('a one-line change of a 2 MB module moves 2 % of it at the most', async () => {
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'db', '--no-passphrase');
  writeFileSync(file('root.json'), await ok('trust', 'root'));
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', 'pi-1')) as { token: string };
  const firstBytes = await publish('before', '1.0.0');
  expect(firstBytes).toBeGreaterThan(2_000_000);
  await claim(token);
  agent = startAgent(file('device'));
  await rollOut('1.0.0');
  expect(wire.receivedBytes).toBeGreaterThan(firstBytes);

  const secondBytes = await publish('after', '1.0.1');
  const before = wire.receivedBytes;
  await rollOut('1.0.1');
  const moved = wire.receivedBytes - before;
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(secondBytes * WIRE_SHARE);
  expect(JSON.parse(await ok('--json', 'device', 'show', 'pi-1'))).toMatchObject({
    workloads: [{ app: 'db', version: '1.0.1', state: 'healthy' }],
  });
});
