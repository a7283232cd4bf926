import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { beginHello, seatOperator } from './fleet/operator.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';

/** A secret from an operator's standard input to a program on a real device, past a control plane that cannot read it. */
const operator = seatOperator();
const { ok, file, shell } = operator;
const FIRST = 'correct-horse-battery-staple';
const SECOND = 'a-longer-value-than-the-one-before-it';
const WAIT = { timeout: 60_000, interval: 100 };
let server: RunningServer;
const agents = new Map<string, Running>();

beforeAll(async () => {
  server = await startServer(file('server'));
  await beginHello(operator, server);
  const manifest = readFileSync(file('hello/wherry.yaml'), 'utf8').replace(/^capabilities:.*\n/m, '');
  writeFileSync(file('hello/wherry.yaml'), `${manifest}\ncapabilities: { secrets: [API_KEY] }\n`);
  writeFileSync(
    file('hello/assembly/index.ts'),
    `import { log, secret } from "@wherry/guest-sdk/assembly";
     let length = -1;
     export function onStart(): void {
       const key = secret.get("API_KEY");
       length = key === null ? 0 : key.length;
       log.info("a key of " + length.toString() + " letters");
     }
     export function onHealth(): i32 { return length > 0 ? 0 : 1; }`,
  );
  buildApp(file('hello'), 'hello');
  await ok('publish', 'hello');
}, 180_000);

afterAll(async () => {
  for (const agent of agents.values()) await agent.stop();
  await server?.stop();
});

async function begin(device: string): Promise<void> {
  const { token } = JSON.parse(await ok('--json', 'device', 'claim-token', '--device', device)) as { token: string };
  claimDevice(server.origin, token, file('root.json'), file(device));
  agents.set(device, startAgent(file(device)));
  await expect.poll(async () => (await show(device)).inventory?.sealingKey, WAIT).toBeTypeOf('string');
}

async function show(device: string): Promise<Device> {
  return JSON.parse(await ok('--json', 'device', 'show', device));
}

async function set(value: string): Promise<unknown> {
  writeFileSync(file('value'), `${value}\n`);
  const set = JSON.parse(await ok('--json', 'secret', 'set', 'API_KEY', '--app', 'hello', '--from', 'value'));
  rmSync(file('value'));
  return set;
}

const stateOf = async (device: string) => (await show(device)).workloads.find(({ app }) => app === 'hello')?.state;

/** Everything that the control plane and the devices stored. */
function stored(): string {
  const folders = ['server', ...agents.keys()].map(file);
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

it('a release that lacks its secret is not run, and runs when the secret comes', { timeout: 240_000 }, async () => {
  await begin('pi-1');
  await ok('rollout', 'start', 'hello@0.1.0', '--wave', 'rest', '--soak', '0s', '--deadline', '1m');
  await expect.poll(() => stateOf('pi-1'), WAIT).toBe('rejected');
  expect((await show('pi-1')).workloads).toMatchObject([{ code: 'secret_missing' }]);
  expect(await set(FIRST)).toMatchObject({ secret: { version: 1, devices: 1, missing: 0 }, sealed: ['pi-1'] });
  await expect.poll(() => stateOf('pi-1'), WAIT).toBe('healthy');
  expect(stored()).toContain('API_KEY');
  expect(stored()).not.toContain(FIRST);
});

it('a new value begins the program anew', { timeout: 240_000 }, async () => {
  const interrupt = new AbortController();
  const follower = recordedShell(interrupt.signal);
  Object.assign(follower.env, { WHERRY_SERVER: server.origin, WHERRY_TOKEN: server.adminToken });
  let seen = '';
  for (const sink of [follower.terminal.out, follower.terminal.err])
    sink.write = (text: string) => {
      seen += text;
    };
  const following = follower.run('logs', 'pi-1', 'hello');
  await expect.poll(() => seen, WAIT).toContain('Listening to pi-1');
  expect(await set(SECOND)).toMatchObject({ secret: { version: 2 } });
  await expect.poll(() => seen, WAIT).toContain(`a key of ${SECOND.length} letters`);
  interrupt.abort();
  await following;
  expect(stored()).not.toContain(SECOND);
  expect(await ok('--json', 'audit')).not.toContain(SECOND);
});

it('a device that comes later gets it from the machine that set it; what each can read is listed', {
  timeout: 120_000,
}, async () => {
  await begin('pi-2');
  expect(JSON.parse(await ok('--json', 'secret', 'ls')).items).toMatchObject([
    { name: 'API_KEY', devices: 1, missing: 1 },
  ]);
  expect(JSON.parse(await ok('--json', 'secret', 'sync'))).toMatchObject({
    handed: [{ sealed: ['pi-2'], waiting: [] }],
  });
  await ok('secret', 'sync');
  const read = async (device: string) => JSON.parse(await ok('--json', 'secret', 'ls', '--device', device)).items;
  for (const device of ['pi-1', 'pi-2'])
    expect(await read(device)).toMatchObject([{ app: 'hello', name: 'API_KEY', version: 2, newestVersion: 2 }]);
  await ok('device', 'rm', 'pi-2', '--yes');
  expect(await read('pi-2')).toMatchObject([{ name: 'API_KEY' }]);
});

it('a device that suddenly has another key gets nothing, and another machine has nothing to hand on', async () => {
  const path = file('.config/wherry/known-devices.json');
  const known = readFileSync(path, 'utf8');
  writeFileSync(path, known.replace(/("[^"]* default\/pi-1": )"[0-9a-f]{32}"/, `$1"${'0'.repeat(32)}"`));
  writeFileSync(file('value'), 'x');
  const argv = ['--json', 'secret', 'set', 'API_KEY', '--app', 'hello', '--from', 'value'];
  const refused = await shell.run(...argv);
  expect(JSON.parse(refused.err)).toMatchObject({ problems: [{ code: 'key_unknown' }] });
  expect(JSON.parse(await ok(...argv, '--accept-key', 'pi-1'))).toMatchObject({ secret: { version: 3 } });
  const other = recordedShell();
  Object.assign(other.env, { WHERRY_SERVER: server.origin, WHERRY_TOKEN: server.adminToken });
  expect(JSON.parse((await other.run('--json', 'secret', 'sync')).err)).toMatchObject({
    problems: [{ code: 'secret_missing' }],
  });
});

it('a secret that is taken away is gone from the device, and its versions go on', { timeout: 240_000 }, async () => {
  const sealed = () => readFileSync(file('pi-1/secrets/apps/hello.json'), 'utf8');
  expect(sealed()).toContain('"text"');
  expect((await shell.run('secret', 'rm', 'API_KEY', '--app', 'hello')).exitCode).toBe(2);
  await ok('secret', 'rm', 'API_KEY', '--app', 'hello', '--yes');
  await expect.poll(sealed, WAIT).not.toContain('"text"');
  expect(await set(FIRST)).toMatchObject({ secret: { version: 4 } });
});

it('a tenant that asks for cosign takes in what cosign signed', { timeout: 240_000 }, async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file('cosign.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await ok('release', 'require-cosign', '--key', 'cosign.pub');
  writeFileSync(
    file('hello/wherry.yaml'),
    readFileSync(file('hello/wherry.yaml'), 'utf8').replace('version: 0.1.0', 'version: 0.2.0'),
  );
  expect(JSON.parse((await shell.run('--json', 'publish', 'hello')).err)).toMatchObject({
    problems: [{ code: 'evidence_missing' }],
  });
  const module = readFileSync(file('hello/build/hello.wasm'));
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [] },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(module).digest('base64') },
      signature: sign('sha256', module, privateKey).toString('base64'),
    },
  };
  writeFileSync(file('hello.bundle'), JSON.stringify(bundle));
  const waiting = await shell.run('publish', 'hello', '--evidence', 'hello.bundle', '--out', 'change.json');
  expect([waiting.exitCode, existsSync(file('change.json'))]).toEqual([2, false]);
  expect(JSON.parse(await ok('--json', 'publish', 'hello', '--evidence', 'hello.bundle'))).toMatchObject({
    version: '0.2.0',
  });
  expect(await ok('release', 'require-cosign')).toContain('key 1');
});
