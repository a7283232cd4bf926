import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endSessions } from '../src/app/identity/end-identity.ts';
import { eventually } from './support/eventually.ts';
import { attempt, connectDevice } from './support/mqtt-device.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { claimOverTls } from './support/tls-client.ts';

/** A stolen authority is replaced at one process, which is killed before it has ended a session: another one ends them. */
const REPLACER = fileURLToPath(new URL('./support/replace-and-die.ts', import.meta.url));
const HERE = { host: '127.0.0.1', port: 0 };
let server: TestServer;
let child: ChildProcess | undefined;
beforeAll(async () => {
  server = await startTestServer({ https: HERE, mqtts: HERE });
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await server.remove();
});

it('ends the sessions of a replaced authority though the process that replaced it was killed', async () => {
  const ca = server.context.authority?.certificatePem ?? '';
  const mqtts = server.mqttsUrl ?? '';
  const device = await claimOverTls(server.httpsUrl ?? '', ca, server.admin, 'pi-1');
  const client = await connectDevice(mqtts, device.name, '', { ...device.tls });
  const old = server.context.authority?.fingerprint;
  child = spawn(process.execPath, [REPLACER, server.dataDir], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
  await endSessions(server.context);
  await eventually('the end of the session', () => !client.connected);
  await eventually('the new authority', () => server.context.authority?.fingerprint !== old);
  expect(await attempt(mqtts, device.name, '', { ...device.tls, rejectUnauthorized: false })).not.toBe(0);
  await client.endAsync(true);
});
