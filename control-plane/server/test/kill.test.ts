import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ack, createClient, OPERATIONS } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { connectDevice, openDevice } from './support/mqtt-device.ts';
import { type ServerProcess, spawnServer } from './support/spawn-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

/**
 * C1: what was acknowledged is stored. Devices stream numbered events; the process is killed in the middle, without a chance to
 * tidy up; what PUBACK or `ack` covered must be there after the restart, and nothing twice.
 */
const DEVICES = 4;
const ROUNDS = 3;
const IN_FLIGHT = 20;
const ENOUGH_ACKNOWLEDGED = 400;

describe('kill -9 in a stream of reports', () => {
  let dataDir: string;
  let server: ServerProcess;
  let devices: TestDevice[];
  const admin = async () =>
    createClient({ origin: server.http, token: (await readFile(server.adminTokenFile, 'utf8')).trim() });
  const start = async () => {
    server = await spawnServer([
      '--data',
      dataDir,
      '--http',
      '127.0.0.1:0',
      '--mqtt',
      '127.0.0.1:0',
      '--log-level',
      'error',
    ]);
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'wherry-kill-'));
    await start();
    const operator = await admin();
    devices = await Promise.all(
      Array.from({ length: DEVICES }, (_, index) => claimTestDevice(server.http, operator, `pi-${index}`)),
    );
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  const event = (seq: number) =>
    ({ type: 'event', severity: 'info', name: 'counted', message: `number ${seq}` }) as const;

  /** The numbers of all stored events of a device. */
  async function stored(device: TestDevice): Promise<number[]> {
    const operator = await admin();
    const numbers: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: { name: string; message: string }[]; nextCursor: string | null } = await operator.call(
        OPERATIONS.listDeviceEvents,
        {
          params: { device: device.device },
          query: { limit: 500, ...(cursor ? { cursor } : {}) },
        },
      );
      for (const { name, message } of page.items) if (name === 'counted') numbers.push(Number(message.split(' ')[1]));
      cursor = page.nextCursor;
    }
    return numbers;
  }

  it('loses nothing that was acknowledged, and stores nothing twice', async () => {
    const acknowledged = devices.map(() => new Set<number>());
    const told = devices.map(() => 0);
    const next = devices.map(() => 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      const clients = devices.map((device, index) => {
        const client = openDevice(server.mqtt, device.name, device.claim.secret);
        const send = () => {
          const seq = next[index] as number;
          next[index] = seq + 1;
          client.publish(device.topic('report'), device.report(seq, event(seq)), { qos: 1 }, (error) => {
            if (error) return;
            acknowledged[index]?.add(seq);
            send();
          });
        };
        client.on('message', (_topic, payload) => {
          const ack = JSON.parse(payload.toString()) as Ack;
          if (ack.boot === device.boot) told[index] = Math.max(told[index] as number, ack.upTo);
        });
        client.once('connect', () => {
          client.subscribe(device.topic('ack'), { qos: 1 }, () => {
            for (let count = 0; count < IN_FLIGHT; count += 1) send();
          });
        });
        return client;
      });
      const beforeCount = acknowledged.reduce((sum, set) => sum + set.size, 0);
      await eventually(
        'a stream',
        () => acknowledged.reduce((sum, set) => sum + set.size, 0) - beforeCount > ENOUGH_ACKNOWLEDGED,
        60_000,
      );
      await server.end('SIGKILL');
      for (const client of clients) client.end(true);
      await start();

      for (const [index, device] of devices.entries()) {
        const numbers = await stored(device);
        const set = new Set(numbers);
        expect(numbers.length, 'doubled').toBe(set.size);
        const lost = [...(acknowledged[index] as Set<number>)].filter((seq) => !set.has(seq));
        expect(lost, 'acknowledged and lost').toEqual([]);
        const untold = Array.from({ length: told[index] as number }, (_, at) => at + 1).filter((seq) => !set.has(seq));
        expect(untold, 'told as stored and lost').toEqual([]);
      }
      // As an agent's outbox does: everything that no ack covered is sent again.
      for (const [index, device] of devices.entries()) next[index] = await resend(device, next[index] as number);
    }
  }, 180_000);

  async function resend(device: TestDevice, end: number): Promise<number> {
    const client = await connectDevice(server.mqtt, device.name, device.claim.secret);
    const acks: number[] = [];
    client.on('message', (_topic, payload) => acks.push((JSON.parse(payload.toString()) as Ack).upTo));
    await client.subscribeAsync(device.topic('ack'), { qos: 1 });
    const all = Array.from({ length: end - 1 }, (_, at) => at + 1);
    await Promise.all(
      all
        .slice(-IN_FLIGHT * 2)
        .map((seq) => client.publishAsync(device.topic('report'), device.report(seq, event(seq)), { qos: 1 })),
    );
    await eventually('everything covered', () => Math.max(0, ...acks) === end - 1);
    const numbers = await stored(device);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(all);
    await client.endAsync(true);
    return end;
  }

  it('stops in an orderly way when told to', async () => {
    const device = devices[0] as TestDevice;
    const client = await connectDevice(server.mqtt, device.name, device.claim.secret);
    await client.publishAsync(device.topic('presence'), JSON.stringify({ status: 'online', boot: device.boot }), {
      qos: 1,
    });
    expect(await server.end('SIGTERM')).toBe(0);
    await eventually('the session to end', () => !client.connected);
    await start();
  });
});
