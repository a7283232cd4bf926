import type { AuditEntry, AuthorityStatus, Device } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { begin, claimInto, seatOperator } from './fleet/operator.ts';
import { type Running, type SecuredServer, startAgent, startSecuredServer } from './fleet/processes.ts';
import { writeTinyHello } from './fleet/tiny-hello.ts';
import { until } from './fleet/until.ts';

/** The drill: another authority for a fleet that runs, with a device that is away while it happens. */
const operator = seatOperator();
const { ok, json, file } = operator;
const agents = new Map<string, Running>();
let server: SecuredServer;

const ca = (...argv: string[]) => json<AuthorityStatus>('ca', ...argv);
const show = (device: string) => json<Device>('device', 'show', device);

async function start(device: string): Promise<void> {
  agents.set(device, startAgent(file(device)));
  await until(`${device} online`, async () => (await show(device)).online);
}

beforeAll(async () => {
  server = await startSecuredServer(file('server'), '--log-level', 'error');
  await begin(operator, server, 'hello');
  for (const device of ['pi-1', 'pi-2']) await claimInto(operator, server, device);
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
  writeTinyHello(operator);
  await ok('publish', 'hello');
  await ok('rollout', 'start', 'hello@0.1.0', '--soak', '0s', '--deadline', '2m');
  await until('pi-1 to move', async () => (await ca('status')).devices.moved === 1);

  expect(await ca('switch', '--anyway')).toMatchObject({ phase: 'switched', current: stays });
  await start('pi-2');
  await until('pi-2 to move', async () => (await ca('status')).devices.moved === 2);
  expect(await ca('finish')).toMatchObject({ phase: 'settled', current: stays });
  await agents.get('pi-1')?.stop();
  await until('pi-1 offline', async () => !(await show('pi-1')).online);
  await start('pi-1');
  const { items } = await json<{ items: AuditEntry[] }>('audit');
  const steps = items.filter(({ action }) => action === 'move_authority').map(({ subject }) => subject);
  expect(steps.toReversed()).toEqual(['begin', 'switch', 'finish']);
});
