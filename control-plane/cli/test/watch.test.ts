import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realModule } from '../../../protocol/src/testing/wasm-builder.ts';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { claimDevice, type RunningServer, startServer } from './fleet/processes.ts';

/** Watching a rollout to a device that is switched off, so that it goes on until an operator ends it. */
const operator = recordedShell();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer(join(operator.folder, 'server'));
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'a', '--no-passphrase');
  writeFileSync(join(operator.folder, 'root.json'), await ok('trust', 'root'));
  writeFileSync(join(operator.folder, 'a.wasm'), realModule());
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', 'off-1')) as { token: string };
  claimDevice(server.origin, token, join(operator.folder, 'root.json'), join(operator.folder, 'device'));
});

afterAll(() => server.stop());

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await operator.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

/** A second terminal of the same operator. */
function watcher(signal?: AbortSignal) {
  const shell = recordedShell(signal);
  cpSync(join(operator.folder, '.config'), join(shell.folder, '.config'), { recursive: true });
  return shell;
}

async function startRollout(version: string): Promise<string> {
  const manifest = `app: a\nversion: ${version}\nvariants:\n  - wasm: { module: a.wasm, abi: wasi-p1 }\n`;
  writeFileSync(join(operator.folder, 'wherry.yaml'), manifest);
  await ok('publish');
  return (JSON.parse(await ok('--json', 'rollout', 'start', `a@${version}`)) as { id: string }).id;
}

it('Ctrl-C ends the watch, not the rollout', async () => {
  const id = await startRollout('1.0.0');
  const interrupt = new AbortController();
  const shell = watcher(interrupt.signal);
  const watching = shell.run('rollout', 'watch', id);
  await expect
    .poll(() => operator.run('--json', 'rollout', 'show', id).then((r) => JSON.parse(r.out).state))
    .toBe('running');
  interrupt.abort();
  expect((await watching).exitCode).toBe(130);
  expect(JSON.parse(await ok('--json', 'rollout', 'show', id)).state).toBe('running');
  await ok('rollout', 'abort', id);
});

it('a watch goes on over a restart of the control plane', async () => {
  const id = await startRollout('1.1.0');
  let seen = '';
  const shell = watcher();
  shell.terminal.out.write = (text) => {
    seen += text;
  };
  const watching = shell.run('rollout', 'watch', id);
  await expect.poll(() => seen, { timeout: 60_000 }).toContain('running');
  await server.stop();
  server = await startServer(join(operator.folder, 'server'), new URL(server.origin).host);
  await ok('rollout', 'abort', id);
  expect((await watching).exitCode).toBe(4);
  expect(seen).toContain('aborted');
});

it('a control plane that is gone from the start is not waited for', async () => {
  const shell = watcher();
  const began = performance.now();
  const { exitCode } = await shell.run(
    'rollout',
    'watch',
    '01j00000000000000000000000',
    '--server',
    'http://127.0.0.1:1',
  );
  expect(exitCode).toBe(5);
  expect(performance.now() - began).toBeLessThan(30_000);
});
