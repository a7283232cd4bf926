import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Device } from '@wherry/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { begin, claimInto, seatOperator } from './fleet/operator.ts';
import { claimDevice, type Running, type SecuredServer, startAgent, startSecuredServer } from './fleet/processes.ts';
import { writeTinyHello } from './fleet/tiny-hello.ts';
import { until } from './fleet/until.ts';

/** A control plane with listeners for TLS and no others, real agents, and an operator who believes it by its fingerprint. */
const operator = seatOperator();
const { ok, json, file } = operator;
const running: Running[] = [];
let server: SecuredServer;

async function start(folder: string, ...flags: string[]): Promise<void> {
  server = await startSecuredServer(file(folder), ...flags);
  await begin(operator, server, 'hello', '--keys', file(`${folder}-keys`));
}

const claim = (device: string) => claimInto(operator, server, device);

function run(folder: string): Running {
  const agent = startAgent(folder);
  running.push(agent);
  return agent;
}

const show = (device: string) => json<Device>('device', 'show', device);
const events = async (device: string) =>
  (await json<{ items: { name: string }[] }>('device', 'events', device)).items.map(({ name }) => name);

afterEach(async () => {
  for (const agent of running.splice(0)) await agent.stop();
});

describe('wholly over TLS', () => {
  const cloned: Running[] = [];
  beforeAll(async () => {
    await start('server');
    // Which of the two comes back first is chance: meanwhile the others go on.
    const folder = await claim('pi-2');
    cpSync(folder, file('copy'), { recursive: true });
    cloned.push(startAgent(folder), startAgent(file('copy')));
  });
  afterAll(async () => {
    for (const agent of cloned) await agent.stop();
    await server.stop();
  });

  it('a release is published, rolled out and healthy', async () => {
    writeTinyHello(operator);
    await ok('publish', 'hello', '--keys', file('server-keys'));
    run(await claim('pi-1'));
    await ok('rollout', 'start', 'hello@0.1.0', '--soak', '0s', '--deadline', '2m', '--watch');
    expect(await show('pi-1')).toMatchObject({
      workloads: [{ app: 'hello', state: 'healthy' }],
      identity: { certificate: { isRevoked: false }, attention: null },
    });
    expect(JSON.parse(readFileSync(file('pi-1/identity.json'), 'utf8'))).not.toHaveProperty('secret');
  });

  it('a claim with the token of another control plane is refused before the token is sent', async () => {
    const { token } = await json<{ token: string }>('device', 'claim-token');
    const [id, secret] = Buffer.from(token.slice(5), 'base64url').toString().split('|');
    const other = `wct1.${Buffer.from(`${id}|${secret}|${'0'.repeat(64)}`).toString('base64url')}`;
    expect(() => claimDevice(server.origin, other, file('root.json'), file('nobody'))).toThrow('wrong_authority');
    claimDevice(server.origin, token, file('root.json'), file('somebody'));
  });

  it('a card that was copied is set aside with its copy; the true one is claimed anew', async () => {
    await until('the alarm', async () => (await show('pi-2')).identity?.attention === 'cloned');
    expect((await json<{ items: object[] }>('device', 'attention')).items).toMatchObject([{ device: 'pi-2' }]);
    expect((await json<{ items: object[] }>('device', 'ls')).items).not.toContainEqual(
      expect.objectContaining({ device: 'pi-2' }),
    );
    expect(await events('pi-2')).toContain('device_cloned');
    for (const agent of cloned) await agent.stop();

    const { token } = await json<{ token: string }>('device', 'reclaim', 'pi-2');
    claimDevice(server.origin, token, file('root.json'), file('anew'));
    run(file('anew'));
    const { seenAtMs } = await show('pi-2');
    await until('the true one', async () => ((await show('pi-2')).seenAtMs ?? 0) > (seenAtMs ?? 0));
    expect((await show('pi-2')).identity?.attention).toBeNull();
    expect((await json<{ items: object[] }>('device', 'attention')).items).toEqual([]);
  });
});

describe('certificates that live for seconds', () => {
  beforeAll(() => start('short', '--certificate-life-ms', '6000'));
  afterAll(() => server.stop());

  it('are renewed while the agent runs, also by one that was killed in the middle of it', async () => {
    const folder = await claim('brief');
    const first = (await show('brief')).identity?.certificate?.serial;
    expect(await killedAt('http.post:1', folder)).toBe('SIGKILL');
    expect((await show('brief')).identity?.certificate?.serial).toBe(first);
    run(folder);
    await until('the next certificate', async () => {
      const { certificate, attention } = (await show('brief')).identity ?? {};
      // A machine that is slow enough lets it expire: then an operator is asked, and says yes.
      if (attention === 'renewal') await ok('device', 'resolve', 'brief');
      return certificate?.serial !== first;
    });
    expect((await show('brief')).identity?.attention).toBeNull();
  });
});

/** Runs an agent that ends itself at this effect; answers the signal. */
function killedAt(effect: string, folder: string): Promise<string | null> {
  const main = fileURLToPath(new URL('../../../agent/src/main.ts', import.meta.url));
  const env = { ...process.env, WHERRY_CRASH_AT: effect };
  const child = spawn(process.execPath, [main, 'run', '--data', folder], { env, stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}
