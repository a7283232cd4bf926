import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Device } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginHello, seatOperator } from './fleet/operator.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** The drills of docs/operating/trust.md that a running device must follow: a real control plane, a real agent, the real commands. */
const operator = seatOperator();
const { ok, file, shell } = operator;
const PATIENCE_MS = 60_000;
let server: RunningServer;
let agent: Running;

const device = async () => JSON.parse(await ok('--json', 'device', 'show', 'pi-1')) as Device;

async function until(what: string, isSo: (seen: Device) => boolean): Promise<Device> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await device();
    if (isSo(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`${what}: not so, but ${JSON.stringify(seen.workloads)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function rollOut(version: string): Promise<void> {
  const manifest = readFileSync(file('hello/wherry.yaml'), 'utf8');
  writeFileSync(file('hello/wherry.yaml'), manifest.replace(/version: .*/, `version: ${version}`));
  await ok('publish', 'hello');
  await ok('rollout', 'start', `hello@${version}`, '--soak', '0s', '--watch');
  expect((await device()).workloads).toMatchObject([{ version, state: 'healthy' }]);
}

/** At the same place, over another folder. */
async function startOver(folder: string): Promise<void> {
  const place = (url: string) => new URL(url).host;
  server = await startServer(file(folder), place(server.ready.http), place(server.ready.mqtt));
}

beforeAll(async () => {
  server = await startServer(file('server'));
  await beginHello(operator, server);
  buildApp(file('hello'), 'hello');
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', 'pi-1')) as { token: string };
  mkdirSync(file('device'), { mode: 0o700 });
  writeFileSync(file('device/agent.json'), JSON.stringify({ dockerSocket: false, onRevoked: 'stop' }));
  claimDevice(server.origin, token, file('root.json'), file('device'));
  agent = startAgent(file('device'));
  await rollOut('1.0.0');
});
afterAll(async () => {
  await agent?.stop();
  await server?.stop();
});

it('a revoked release stops on the device, which says so', async () => {
  await ok('trust', 'revoke', 'hello@1.0.0');
  const seen = await until('it has stopped', ({ workloads }) => workloads[0]?.state === 'failed');
  expect(seen.workloads).toMatchObject([{ version: '1.0.0', state: 'failed', code: 'target_unknown' }]);
  const { exitCode, err } = await shell.run('--json', 'rollout', 'start', 'hello@1.0.0');
  expect([exitCode, JSON.parse(err).problems[0].code]).toEqual([1, 'target_unknown']);
  await rollOut('1.1.0');
});

it('a publisher whose key was stolen is replaced, and what the floor leaves out stops', async () => {
  await ok('trust', 'key', 'new', 'publisher-2', '--no-passphrase');
  await ok('trust', 'key', 'rotate', 'publisher', 'publisher-2', '--app', 'hello');
  rmSync(file('keys/publisher.key'), { force: true });
  await rollOut('1.2.0');
  await ok('trust', 'floor', 'raise', 'hello', '4');
  await until('it has stopped', ({ workloads }) => workloads[0]?.code === 'below_floor');
  await rollOut('1.3.0');
});

it('a control plane with new keys is believed once the owner has signed them', async () => {
  await server.stop();
  for (const name of ['director', 'snapshot', 'timestamp']) rmSync(file(`server/${name}-key.pem`));
  await startOver('server');
  await ok('trust', 'renew', '--server-keys');
  await rollOut('1.4.0');
});

it('a control plane that was restored from an older copy goes on above everything that the device has seen', {
  timeout: 300_000,
}, async () => {
  await server.stop();
  cpSync(file('server'), file('backup'), { recursive: true });
  await startOver('server');
  await rollOut('1.5.0');
  const { desiredGeneration: before } = await device();
  await server.stop();
  await agent.stop();
  await startOver('backup');
  const { exitCode, err } = await shell.run('--json', 'trust', 'renew');
  expect([exitCode, JSON.parse(err).problems[0].code]).toEqual([1, 'rollback_attack']);
  await ok('trust', 'renew', '--accept-restored');
  // It begins with what is on its disk, and need not wait for its turn to connect.
  agent = startAgent(file('device'));
  await rollOut('2.0.0');
  expect((await device()).desiredGeneration).toBeGreaterThan(before);
});
