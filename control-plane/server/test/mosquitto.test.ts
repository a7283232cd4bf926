import { spawnSync } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ack, OPERATIONS } from '@wherry/protocol';
import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOSQUITTO_FILES } from '../src/broker/mosquitto/configuration.ts';
import { eventually } from './support/eventually.ts';
import { type Mosquitto, startMosquitto } from './support/mosquitto.ts';
import { attempt, connectDevice, openDevice } from './support/mqtt-device.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import type { KeyAndCertificate } from './support/test-authority.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

/** A whole control plane over a real mosquitto that was configured by it. */
const PATIENCE_MS = 60_000;
const BIN = fileURLToPath(new URL('../bin/wherry-server.js', import.meta.url));

describe('mosquitto in place of the embedded broker', () => {
  let mosquitto: Mosquitto;
  let server: TestServer;
  let device: TestDevice;
  let own: KeyAndCertificate;
  const showing = (shown: KeyAndCertificate): IClientOptions => ({
    ca: mosquitto.authority.certificatePem,
    key: shown.keyPem,
    cert: shown.certPem,
  });
  const isOnline = async () =>
    (await server.admin.call(OPERATIONS.getDevice, { params: { device: device.device } })).online;

  beforeAll(async () => {
    mosquitto = await startMosquitto();
    server = await startTestServer({ mqtt: null, brokerFile: mosquitto.settingsFile });
    device = await claimTestDevice(server.httpUrl, server.admin, 'pi-1');
    own = await mosquitto.device(device.name);
  });
  afterAll(async () => {
    await server.remove();
    await mosquitto.stop();
  });

  it('tells a device that claims where the broker is', () => {
    expect(device.claim.mqttUrl).toBe(mosquitto.deviceUrl);
  });

  it('is gone and comes back: the API answers meanwhile, and what the device sends until `ack` is stored once', async () => {
    const client = openDevice(mosquitto.deviceUrl, device.name, '', {
      ...showing(own),
      reconnectPeriod: 50,
      will: {
        topic: device.topic('presence'),
        payload: Buffer.from(JSON.stringify({ status: 'offline', boot: device.boot })),
        qos: 1,
        retain: false,
      },
    });
    let ackedUpTo = 0;
    client.on('connect', () => {
      client.subscribe(device.topic('ack'), { qos: 1 });
      client.publish(device.topic('presence'), JSON.stringify({ status: 'online', boot: device.boot }), { qos: 1 });
    });
    client.on('message', (_topic, payload) => {
      ackedUpTo = Math.max(ackedUpTo, (JSON.parse(payload.toString()) as Ack).upTo);
    });
    // As an agent's outbox does: what no `ack` covers is sent again, whatever the broker acknowledged.
    const tell = (seq: number) =>
      eventually(
        `an ack for ${seq}`,
        async () => {
          if (client.connected) await client.publishAsync(device.topic('report'), device.report(seq), { qos: 1 });
          return ackedUpTo >= seq;
        },
        PATIENCE_MS,
      );
    await tell(1);
    await eventually('online', isOnline, PATIENCE_MS);
    await mosquitto.restart();
    expect((await server.fetch('/healthz')).status).toBe(200);
    await tell(2);
    await eventually('ready', async () => (await server.fetch('/readyz')).status === 200, PATIENCE_MS);
    await eventually('online', isOnline, PATIENCE_MS);
    const { items } = await server.admin.call(OPERATIONS.listDeviceEvents, { params: { device: device.device } });
    expect(items.filter(({ name }) => name === 'workload_started')).toHaveLength(2);
    client.stream.destroy();
    client.end(true);
    await eventually('offline', async () => !(await isOnline()), PATIENCE_MS);
  });

  it('takes names as long as they may be', async () => {
    const name = `${'t'.repeat(63)}/${'d'.repeat(63)}`;
    const client = await connectDevice(mosquitto.deviceUrl, name, '', showing(await mosquitto.device(name)));
    await client.endAsync(true);
  });

  it('refuses a certificate that was taken back, once it has read the new list', async () => {
    const lost = await mosquitto.device(device.name);
    const before = await connectDevice(mosquitto.deviceUrl, device.name, '', showing(lost));
    await before.endAsync(true);
    await mosquitto.reload([{ serial: lost.serial, atMs: Date.now() }]);
    await eventually(
      'the refusal',
      async () => (await attempt(mosquitto.deviceUrl, device.name, '', showing(lost))) === 'closed',
      PATIENCE_MS,
    );
    const other = await connectDevice(mosquitto.deviceUrl, device.name, '', showing(own));
    await other.endAsync(true);
  });

  it('lets no device in where the control plane comes in', async () => {
    const { url } = JSON.parse(await readFile(mosquitto.settingsFile, 'utf8')) as { url: string };
    expect(await attempt(url, device.name, '', showing(own))).toBe('closed');
    expect(await attempt(url, device.name, '', { ca: mosquitto.authority.certificatePem })).toBe('closed');
  });
});

describe('wherry-server broker-config', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [BIN, 'broker-config', ...args], { encoding: 'utf8', timeout: PATIENCE_MS });

  it('writes a folder that mosquitto and the control plane start from, keys for their owner alone', async () => {
    const server = await startTestServer();
    const out = join(server.dataDir, 'mosquitto');
    try {
      const { status, stdout, stderr } = run(
        'mosquitto',
        '--data',
        server.dataDir,
        '--out',
        out,
        '--name',
        'broker.test',
      );
      expect(status, stderr).toBe(0);
      const written = JSON.parse(stdout);
      expect(written).toEqual({
        folder: out,
        devices: 'mqtts://broker.test:8883',
        broker: join(out, MOSQUITTO_FILES.settings),
      });
      for (const key of [MOSQUITTO_FILES.serverKey, MOSQUITTO_FILES.controlPlaneKey])
        expect((await stat(join(out, key))).mode & 0o777).toBe(0o600);
    } finally {
      await server.remove();
      await rm(out, { recursive: true, force: true });
    }
  });
});
