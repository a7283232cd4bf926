import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AppName,
  type Client,
  createClient,
  type DesiredState,
  type Envelope,
  fromBase64,
  OPERATIONS,
  PATHS,
  type Rollout,
  type WorkloadStatus,
} from '@wherry/protocol';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { connectDevice } from './support/mqtt-device.ts';
import { publishTestReleases } from './support/publish-release.ts';
import { readEvents } from './support/read-events.ts';
import { type ServerProcess, spawnServer } from './support/spawn-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

const CAP = 3;
const DEVICES = 10;

/** A device that holds an answer back until it is told to give it. */
interface Answering {
  readonly device: TestDevice;
  client: MqttClient;
  seq: number;
  answered?: string;
  open: { readonly desired: DesiredState; readonly workload: DesiredState['workloads'][number] } | null;
}

describe('two control planes over one store', () => {
  let dataDir: string;
  const servers: ServerProcess[] = [];
  const admins: Client[] = [];
  const fleet: Answering[] = [];
  let most = 0;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'wherry-two-'));
    for (let index = 0; index < 2; index++) {
      const server = await spawnServer(['--data', dataDir, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']);
      const token = (await readFile(server.adminTokenFile, 'utf8')).trim();
      servers.push(server);
      admins.push(createClient({ origin: server.http, token }));
    }
    const [server] = servers as [ServerProcess];
    const [admin] = admins as [Client];
    const adminToken = (await readFile(server.adminTokenFile, 'utf8')).trim();
    const request = (path: string, { token, ...init }: RequestInit & { token?: string } = {}) =>
      fetch(server.http + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
    await publishTestReleases({ admin, adminToken, fetch: request }, ['1.0.0', '1.1.0']);
    for (let index = 0; index < DEVICES; index++) {
      const device = await claimTestDevice(server.http, admin, `pi-${index}`);
      const url = (servers[index % 2] as ServerProcess).mqtt;
      const client = await connectDevice(url, device.name, device.claim.secret);
      const answering: Answering = { device, client, seq: 0, open: null };
      fleet.push(answering);
      client.on('message', (topic, payload) => topic.endsWith('/desired') && hear(answering, payload));
      await client.subscribeAsync(device.topic('desired'), { qos: 1 });
    }
    await eventually('all online', async () => {
      const { items } = await admin.call(OPERATIONS.listDevices, {});
      return items.every(({ online }) => online);
    });
  });
  afterAll(async () => {
    for (const { client } of fleet) await client.endAsync(true);
    for (const server of servers) await server.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  function hear(answering: Answering, payload: Buffer): void {
    const { payload: bytes } = JSON.parse(payload.toString()) as Envelope;
    const desired = JSON.parse(Buffer.from(fromBase64(bytes)).toString()) as DesiredState;
    const [workload] = desired.workloads;
    if (!workload || answering.answered === `${workload.release} ${workload.attempt}`) return;
    answering.open = { desired, workload };
    most = Math.max(most, openOnes().length);
  }
  const openOnes = () => fleet.filter(({ open }) => open !== null);

  async function answer(one: Answering, state: WorkloadStatus['state']): Promise<void> {
    if (!one.open) return;
    const { desired, workload } = one.open;
    const { app, version, release, attempt, rollout } = workload;
    const of = rollout === undefined ? {} : { rollout };
    const status: WorkloadStatus = { app, version, release, attempt, ...of, state, restarts: 0, sinceMs: Date.now() };
    one.answered = `${release} ${attempt}`;
    one.open = null;
    one.seq += 1;
    const body = { type: 'state' as const, generation: desired.generation, workloads: { [app]: status } };
    await one.client.publishAsync(one.device.topic('report'), one.device.report(one.seq, body), { qos: 1 });
  }
  const look = (id: Rollout['id'], at: number) =>
    (admins[at] as Client).call(OPERATIONS.getRollout, { params: { id } });
  const all = [{ size: { share: 1 } }];
  async function open(at: number, path: string): Promise<Response> {
    const { http, adminTokenFile } = servers[at] as ServerProcess;
    const token = (await readFile(adminTokenFile, 'utf8')).trim();
    return await fetch(http + path, { headers: { authorization: `Bearer ${token}` } });
  }

  it('keep the cap together (R1), and each serves the devices that are connected to it', async () => {
    const { id } = await (admins[0] as Client).call(OPERATIONS.startRollout, {
      body: { app: 'thermostat', version: '1.0.0', soakMs: 0, maxInFlight: CAP, waves: all },
    });
    await eventually('the end', async () => {
      await Promise.all(openOnes().map((one) => answer(one, 'healthy')));
      const [first, second] = await Promise.all([look(id, 0), look(id, 1)]);
      for (const view of [first, second]) expect(view.waves[0]?.counts.in_flight).toBeLessThanOrEqual(CAP);
      return first.state === 'completed' && second.state === 'completed';
    });
    expect(most).toBeLessThanOrEqual(CAP);
    expect((await look(id, 1)).waves[0]?.counts.succeeded).toBe(DEVICES);
  });

  it('stop together once a gate has tripped (R7)', async () => {
    const { id } = await (admins[1] as Client).call(OPERATIONS.startRollout, {
      body: { app: 'thermostat', version: '1.1.0', soakMs: 0, maxInFlight: CAP, waves: all },
    });
    await eventually('those in flight', () => openOnes().length === CAP);
    await Promise.all(openOnes().map((one) => answer(one, 'failed')));
    await eventually('the halt', async () => (await look(id, 0)).state === 'halted');
    const counts = await eventually('every answer', async () => {
      const [wave] = (await look(id, 1)).waves;
      return wave?.counts.in_flight === 0 && wave.counts;
    });
    expect(counts).toMatchObject({ failed: CAP, pending: DEVICES - CAP });
    expect(openOnes()).toEqual([]);
  });

  it('show an operator at one what happens at the other', async () => {
    const stream = readEvents(await open(0, PATHS.stream));
    const { device, client } = fleet[1] as Answering;
    await client.publishAsync(device.topic('report'), device.report(1_000), { qos: 1 });
    expect(await stream.next('event')).toMatchObject({ device: device.device });
    await stream.close();
  });

  it('pass a command on to the one that holds the device, and its result back', async () => {
    const stream = readEvents(await open(0, PATHS.stream));
    const { device, client } = fleet[1] as Answering;
    const command = new Promise<string>((resolve) => {
      client.on('message', (topic) => topic.startsWith(device.topic('command/')) && resolve(topic));
    });
    await client.subscribeAsync(device.topic('command/+'), { qos: 1 });
    await client.publishAsync(device.topic('presence'), device.birth(), { qos: 1 });
    const { id } = await (admins[0] as Client).call(OPERATIONS.sendCommand, {
      params: { device: device.device },
      body: { kind: 'restart', app: 'thermostat' as AppName, expiresAtMs: Date.now() + 60_000 },
    });
    expect(await command).toBe(device.topic(`command/${id}`));
    const result = JSON.stringify({ ok: true, message: 'restarted' });
    await client.publishAsync(device.topic(`result/${id}`), result, { qos: 1 });
    expect(await stream.next('result')).toMatchObject({ device: device.device, id, result: { ok: true } });
    await stream.close();
  });

  it('end the session of a device that is removed at the other', async () => {
    const { device, client } = fleet[DEVICES - 1] as Answering;
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await (admins[0] as Client).call(OPERATIONS.removeDevice, { params: { device: device.device } });
    await closed;
  });

  it('take over from one that is killed: its devices go on at the other', async () => {
    const [, second] = servers as [ServerProcess, ServerProcess];
    await second.end('SIGKILL');
    const [admin] = admins as [Client];
    await eventually(
      'its devices to be offline',
      async () =>
        (await admin.call(OPERATIONS.listDevices, {})).items.filter(({ online }) => online).length === DEVICES / 2,
      30_000,
    );
    const one = fleet[1] as Answering;
    await one.client.endAsync(true);
    const url = (servers[0] as ServerProcess).mqtt;
    one.client = await connectDevice(url, one.device.name, one.device.claim.secret);
    await eventually(
      'the device at the other one',
      async () => (await admin.call(OPERATIONS.getDevice, { params: { device: one.device.device } })).online,
    );
  });
});
