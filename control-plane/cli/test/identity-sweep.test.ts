import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEffects,
  createHttpClient,
  type Effects,
  readIdentity,
  readTls,
  renewCertificate,
  type TlsIdentity,
  takeIdentity,
} from '@wherry/agent/testing/identity';
import { type Outcome, PATHS } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { type SecuredServer, startSecuredServer } from './fleet/processes.ts';

/** A claim and a renewal over TLS, cut off at every effect: the device is never left without an identity that the server takes. */
const shell = recordedShell();
const file = (path: string) => join(shell.folder, path);
let server: SecuredServer;

beforeAll(async () => {
  server = await startSecuredServer(file('server'), '--log-level', 'error');
  const login = ['login', '--server', server.origin, '--ca-fingerprint', server.caFingerprint];
  expect((await shell.run(...login, '--token', server.adminToken)).exitCode).toBe(0);
});
afterAll(() => server.stop());

class Crash extends Error {}

/** Ends what happens at the n-th effect: nothing after it is done either. */
function crashingAt(n: number): Effects {
  const plain = createEffects();
  return {
    count: plain.count,
    steps: plain.steps,
    run(name, action) {
      if (plain.count() + 1 >= n) throw new Crash(name);
      return plain.run(name, action);
    },
  };
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(JSON.stringify(outcome.problems));
}

async function claimInto(folder: string, token: string, effects: Effects): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const root = Buffer.from('{}');
  await takeIdentity({ serverUrl: server.origin, token, folder, root, target: 'test-board', labels: {} }, effects);
}

async function makeToken(device: string): Promise<string> {
  const { out } = await shell.run('--json', 'device', 'claim-token', '--device', device);
  return (JSON.parse(out) as { token: string }).token;
}

/** What the server says to a device that reads its desired state. */
async function statusWith(tls: TlsIdentity): Promise<number> {
  const client = createHttpClient({ tls: () => tls });
  const answer = await client.request(server.origin + PATHS.deviceDesired);
  answer.discard();
  client.close();
  return answer.status;
}

const tlsOf = (folder: string) => value(readTls(folder)) as TlsIdentity;

it('a claim that was cut off ends with one device and its identity', async () => {
  const clean = createEffects();
  await claimInto(file('clean'), await makeToken('clean'), clean);
  expect(clean.count()).toBeGreaterThan(20);
  for (let n = 1; n <= clean.count(); n += 1) {
    const [folder, token] = [file(`claim-${n}`), await makeToken(`claim-${n}`)];
    await expect(claimInto(folder, token, crashingAt(n))).rejects.toThrow(Crash);
    if (!readIdentity(folder).ok) await claimInto(folder, token, createEffects());
    expect([n, value(readIdentity(folder)).device]).toEqual([n, `claim-${n}`]);
    expect([n, await statusWith(tlsOf(folder))]).toEqual([n, 200]);
  }
});

it('a renewal that was cut off leaves an identity that works, and the next one renews it', async () => {
  const renew = async (folder: string, effects: Effects) => {
    const tls = tlsOf(folder);
    const client = createHttpClient({ tls: () => tls });
    try {
      return await renewCertificate({ folder, serverUrl: server.origin, client, effects }, tls);
    } finally {
      client.close();
    }
  };
  const clean = createEffects();
  const first = tlsOf(file('clean'));
  value(await renew(file('clean'), clean));
  expect(tlsOf(file('clean')).cert).not.toBe(first.cert);
  for (let n = 1; n <= clean.count(); n += 1) {
    const folder = file(`claim-${n}`);
    const before = tlsOf(folder);
    const cutOff = await renew(folder, crashingAt(n)).catch((error: unknown) => error);
    // The network's effect tells its failure as an outcome.
    expect([n, cutOff instanceof Crash || (cutOff as Outcome<unknown>).ok === false]).toEqual([n, true]);
    expect([n, await statusWith(tlsOf(folder))]).toEqual([n, 200]);
    const next = value(await renew(folder, createEffects()));
    expect(next.cert).not.toBe(before.cert);
    expect([n, await statusWith(tlsOf(folder))]).toEqual([n, 200]);
  }
});
