import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** Following the log of a real device over a restart of the control plane. */
const operator = recordedShell();
const file = (path: string) => join(operator.folder, path);
let server: RunningServer;
let agent: Running | undefined;

beforeAll(async () => {
  server = await startServer(file('server'));
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'hello', '--no-passphrase');
  writeFileSync(file('root.json'), await ok('trust', 'root'));
  await ok('init', 'hello');
  writeFileSync(
    file('hello/wherry.yaml'),
    readFileSync(file('hello/wherry.yaml'), 'utf8').replace(
      /health:.*/,
      'health: { after: 100ms, every: 200ms, failures: 2, soak: 200ms }',
    ),
  );
  appendFileSync(file('hello/assembly/index.ts'), '\n');
  buildApp(file('hello'), 'hello');
  await ok('publish', 'hello');
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', 'pi-1')) as { token: string };
  claimDevice(server.origin, token, file('root.json'), file('device'));
  agent = startAgent(file('device'));
  await ok('rollout', 'start', 'hello@0.1.0', '--wave', 'rest', '--soak', '0s', '--deadline', '1m', '--watch');
});

afterAll(async () => {
  await agent?.stop();
  await server?.stop();
});

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await operator.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}

/** A second terminal that follows the log, with what it has shown so far. */
function follower(signal: AbortSignal) {
  const shell = recordedShell(signal);
  Object.assign(shell.env, { WHERRY_SERVER: server.origin, WHERRY_TOKEN: server.adminToken });
  const seen = { out: '', err: '' };
  shell.terminal.out.write = (text) => {
    seen.out += text;
  };
  shell.terminal.err.write = (text) => {
    seen.err += text;
  };
  return { seen, running: shell.run('logs', 'pi-1', 'hello') };
}

const WAIT = { timeout: 30_000, interval: 100 };

it('lines come again after the control plane was away, and what was lost is said', { timeout: 90_000 }, async () => {
  const interrupt = new AbortController();
  const { seen, running } = follower(interrupt.signal);
  await expect.poll(() => seen.err, WAIT).toContain('Listening to pi-1');
  await ok('device', 'restart', 'pi-1', 'hello');
  await expect.poll(() => seen.out, WAIT).toContain('hello, world');
  const { http, mqtt } = server.ready;
  await server.stop();
  await expect.poll(() => seen.err, WAIT).toContain('Reconnecting');
  const before = seen.out.length;
  server = await startServer(file('server'), new URL(http).host, new URL(mqtt).host);
  await expect.poll(() => seen.err, WAIT).toContain('Listening again');
  // The device comes back by its own clock; until then a restart is refused or expires.
  await expect.poll(() => operator.run('device', 'restart', 'pi-1', 'hello').then((r) => r.exitCode), WAIT).toBe(0);
  await expect.poll(() => seen.out.slice(before), WAIT).toContain('hello, world');
  interrupt.abort();
  expect((await running).exitCode).toBe(0);
});

it('a device that does not exist is not waited for', async () => {
  const { exitCode, err } = await operator.run('--json', 'logs', 'pi-404');
  expect(exitCode).toBe(1);
  expect(JSON.parse(err)).toMatchObject({ problems: [{ code: 'not_found' }] });
});
