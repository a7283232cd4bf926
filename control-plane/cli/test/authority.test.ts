import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyModule } from '@wherry/agent/testing/identity';
import type { AuditEntry, AuthorityStatus, Device } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { claimDevice, type Running, type SecuredServer, startAgent, startSecuredServer } from './fleet/processes.ts';
import { until } from './fleet/until.ts';

/** The drill: another authority for a fleet that runs, with a device that is away while it happens. */
const shell = recordedShell();
const file = (path: string) => join(shell.folder, path);
const MANIFEST = `app: hello
version: 0.1.0
variants: [{ wasm: { module: hello.wasm, abi: assemblyscript } }]
triggers: [start]
health: { after: 100ms, every: 200ms, failures: 2, soak: 500ms }
`;
const agents = new Map<string, Running>();
let server: SecuredServer;

async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await shell.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}
const ca = async (...argv: string[]) => JSON.parse(await ok('--json', 'ca', ...argv)) as AuthorityStatus;
const show = async (device: string) => JSON.parse(await ok('--json', 'device', 'show', device)) as Device;

async function claim(device: string): Promise<void> {
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', device));
  claimDevice(server.origin, token, file('root.json'), file(device));
}

async function start(device: string): Promise<void> {
  agents.set(device, startAgent(file(device)));
  await until(`${device} online`, async () => (await show(device)).online);
}

beforeAll(async () => {
  server = await startSecuredServer(file('server'), '--log-level', 'error');
  const { origin, caFingerprint, adminToken } = server;
  await ok('login', '--server', origin, '--ca-fingerprint', caFingerprint, '--token', adminToken);
  await ok('trust', 'init', '--app', 'hello', '--no-passphrase', '--keys', file('keys'));
  writeFileSync(file('root.json'), await ok('trust', 'root'));
  for (const device of ['pi-1', 'pi-2']) await claim(device);
});
afterAll(async () => {
  for (const agent of agents.values()) await agent.stop();
  await server.stop();
});

it('a fleet gets another authority; one that was away meanwhile finds it when it comes back', async () => {
  await start('pi-1');
  const { stays, current } = await ca('begin');
  expect(current).toBe(server.caFingerprint);
  // It hears of it when it next reads something: at the latest in an hour, and with each release.
  mkdirSync(file('hello'));
  writeFileSync(file('hello/hello.wasm'), tinyModule({ label: 'hello' }));
  writeFileSync(file('hello/wherry.yaml'), MANIFEST);
  await ok('publish', 'hello', '--keys', file('keys'));
  await ok('rollout', 'start', 'hello@0.1.0', '--soak', '0s', '--deadline', '2m');
  await until('pi-1 to move', async () => (await ca('status')).devices.moved === 1);

  expect(await ca('switch', '--anyway')).toMatchObject({ phase: 'switched', current: stays });
  await start('pi-2');
  await until('pi-2 to move', async () => (await ca('status')).devices.moved === 2);
  expect(await ca('finish')).toMatchObject({ phase: 'settled', current: stays });
  await agents.get('pi-1')?.stop();
  await until('pi-1 offline', async () => !(await show('pi-1')).online);
  await start('pi-1');
  const { items } = JSON.parse(await ok('--json', 'audit')) as { items: AuditEntry[] };
  const steps = items.filter(({ action }) => action === 'move_authority').map(({ subject }) => subject);
  expect(steps.toReversed()).toEqual(['begin', 'switch', 'finish']);
});
