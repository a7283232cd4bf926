import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, OPERATIONS } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { openDevice } from './support/mqtt-device.ts';
import { type ServerProcess, spawnServer } from './support/spawn-server.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

/** The broker's process is killed in the middle of a stream of reports: the API goes on, devices come back, C1 holds. */
const PATIENCE_MS = 60_000;
const KILLS = 3;
const IN_FLIGHT = 10;

describe('the process of the broker', () => {
  let dataDir: string;
  let server: ServerProcess;
  let admin: Client;
  let device: TestDevice;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'wherry-broker-crash-'));
    const anywhere = ['--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'];
    server = await spawnServer(['--data', dataDir, ...anywhere, '--log-level', 'error']);
    const token = (await readFile(server.adminTokenFile, 'utf8')).trim();
    admin = createClient({ origin: server.http, token });
    device = await claimTestDevice(server.http, admin, 'pi-1');
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('may be killed: the API answers, sessions come back on the same port, what was acknowledged is stored', async () => {
    const acknowledged = new Set<number>();
    let next = 1;
    const client = openDevice(server.mqtt, device.name, device.claim.secret ?? '', { reconnectPeriod: 50 });
    // A message without its acknowledgement is sent again by the client after it has come back.
    const send = () => {
      const seq = next;
      next += 1;
      const report = device.report(seq, { type: 'event', severity: 'info', name: 'counted', message: `number ${seq}` });
      client.publish(device.topic('report'), report, { qos: 1 }, (error) => {
        if (error) return;
        acknowledged.add(seq);
        send();
      });
    };
    await eventually('the first session', () => client.connected, PATIENCE_MS);
    for (let count = 0; count < IN_FLIGHT; count += 1) send();

    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = acknowledged.size;
      await eventually('a stream', () => acknowledged.size > before + 50, PATIENCE_MS);
      const pid = await eventually('the process', () => brokerOf(server.pid), PATIENCE_MS);
      process.kill(pid, 'SIGKILL');
      await eventually('its end', () => !isAlive(pid), PATIENCE_MS);
      expect((await fetch(`${server.http}/healthz`)).status).toBe(200);
      expect((await admin.call(OPERATIONS.getOverview, {})).devices.total).toBe(1);
      const after = acknowledged.size;
      await eventually('the stream to go on', () => acknowledged.size > after + 50, PATIENCE_MS);
    }
    await eventually(
      'the session in the store',
      async () => (await admin.call(OPERATIONS.getDevice, { params: { device: device.device } })).online,
      PATIENCE_MS,
    );
    const restarts = /^wherry_broker_restarts_total (\d+)$/m.exec(await (await fetch(`${server.http}/metrics`)).text());
    expect(restarts?.[1]).toBe(String(KILLS));
    await client.endAsync(true);

    const stored = await storedNumbers();
    expect(stored.length, 'doubled').toBe(new Set(stored).size);
    const kept = new Set(stored);
    expect(
      [...acknowledged].filter((seq) => !kept.has(seq)),
      'acknowledged and lost',
    ).toEqual([]);
  }, 300_000);

  it('ends with its server, however that ends', async () => {
    const pid = await eventually('the process', () => brokerOf(server.pid), PATIENCE_MS);
    await server.end('SIGKILL');
    await eventually('its end', () => !isAlive(pid), PATIENCE_MS);
  });

  async function storedNumbers(): Promise<number[]> {
    const numbers: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: { name: string; message: string }[]; nextCursor: string | null } = await admin.call(
        OPERATIONS.listDeviceEvents,
        { params: { device: device.device }, query: { limit: 500, ...(cursor ? { cursor } : {}) } },
      );
      for (const { name, message } of page.items) if (name === 'counted') numbers.push(Number(message.split(' ')[1]));
      cursor = page.nextCursor;
    }
    return numbers;
  }
});

/** The child that runs the broker's program. Source: proc(5), `children` and `cmdline`. */
function brokerOf(parent: number): number | undefined {
  const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
    readWords(`/proc/${parent}/task/${task}/children`),
  );
  return children.map(Number).find((pid) => readText(`/proc/${pid}/cmdline`).includes('broker-process.ts'));
}

function readWords(path: string): string[] {
  return readText(path).split(' ').filter(Boolean);
}

/** Empty where the process has just ended. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readText(`/proc/${pid}/status`));
}
