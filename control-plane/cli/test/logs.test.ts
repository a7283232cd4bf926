import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { beginHello, seatOperator } from './fleet/operator.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** Following the log of a real device over a restart of the control plane. */
const operator = seatOperator();
const { ok, file } = operator;
let server: RunningServer;
let agent: Running | undefined;

beforeAll(async () => {
  server = await startServer(file('server'));
  await beginHello(operator, server);
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

const WAIT = { timeout: 60_000, interval: 50 };

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
  await expect
    .poll(() => operator.shell.run('device', 'restart', 'pi-1', 'hello').then((r) => r.exitCode), WAIT)
    .toBe(0);
  await expect.poll(() => seen.out.slice(before), WAIT).toContain('hello, world');
  interrupt.abort();
  expect((await running).exitCode).toBe(0);
});

it('a device that does not exist is not waited for', async () => {
  const { exitCode, err } = await operator.shell.run('--json', 'logs', 'pi-404');
  expect(exitCode).toBe(1);
  expect(JSON.parse(err)).toMatchObject({ problems: [{ code: 'not_found' }] });
});
