import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { OPERATIONS, PATHS } from '@wherry/protocol';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSessions } from '../src/app/identity/end-identity.ts';
import { makeDeviceKey } from '../src/ca/testing/device-key.ts';
import { openSqliteStore } from '../src/storage/sqlite/open-sqlite-store.ts';
import { eventually } from './support/eventually.ts';
import { type Mosquitto, startMosquitto } from './support/mosquitto.ts';
import { attempt, connectDevice } from './support/mqtt-device.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { ask, claimBody, claimOverTls, type SecuredDevice } from './support/tls-client.ts';

/** An identity ends at the control plane, and mosquitto, which cannot ask it, lets the device in no more: no command, no restart. */
const WITHIN_MS = 60_000;
let mosquitto: Mosquitto;
let server: TestServer;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'wherry-server-'));
  mosquitto = await startMosquitto(dataDir);
  await start(dataDir);
});
afterAll(async () => {
  await server.remove();
  await mosquitto.stop();
});

async function start(dataDir: string): Promise<void> {
  const https = { host: '127.0.0.1', port: 0 };
  server = await startTestServer({ dataDir, https, mqtt: null, brokerFile: mosquitto.settingsFile });
}
const https = () => server.httpsUrl ?? '';
const ca = () => mosquitto.authority.certificatePem;
const claim = (device: string) => claimOverTls(https(), ca(), server.admin, device);
const params = (device: string) => ({ params: { device: device as never } });
const connected = ({ name, tls }: SecuredDevice) => connectDevice(mosquitto.deviceUrl, name, '', { ...tls });
const isIn = async ({ name, tls }: Pick<SecuredDevice, 'name' | 'tls'>, more: IClientOptions = {}) =>
  (await attempt(mosquitto.deviceUrl, name, '', { ...tls, ...more })) === 0;

/** Its session ends, and from some moment on it does not come back. */
async function expectOut(device: SecuredDevice, client: MqttClient): Promise<void> {
  await eventually('the end of the session', () => !client.connected, WITHIN_MS);
  await eventually('the refusal', async () => !(await isIn(device)), WITHIN_MS);
  for (let again = 0; again < 3; again += 1) expect(await isIn(device)).toBe(false);
}

it('shows a certificate that a roll-over of the authority does not renew, which operators are told', async () => {
  const status = await server.admin.call(OPERATIONS.getAuthority, { query: {} });
  expect(status).toMatchObject({ phase: 'settled', isBrokerExternal: true });
});

describe('mosquitto lets in no more', () => {
  it('a device that was removed, nor by a TLS session that it resumes', async () => {
    const [one, other] = [await claim('pi-1'), await claim('pi-2')];
    const bystander = await connected(other);
    let session: Buffer | undefined;
    const client = await eventually('a session that is resumed', async () => {
      const next = await connectDevice(mosquitto.deviceUrl, one.name, '', { ...one.tls, session } as IClientOptions);
      const socket = next.stream as TLSSocket;
      if (socket.isSessionReused()) return next;
      session = socket.getSession();
      await next.endAsync(true);
      return null;
    });
    await server.admin.call(OPERATIONS.removeDevice, params('pi-1'));
    await expectOut(one, client);
    expect(await isIn(one, { session } as IClientOptions)).toBe(false);
    expect(bystander.connected).toBe(true);
    await bystander.endAsync(true);
  });

  it('the identity before a new claim, and lets the new one in', async () => {
    const old = await claim('pi-3');
    const client = await connected(old);
    const { token } = await server.admin.call(OPERATIONS.reclaimDevice, { ...params('pi-3'), body: {} });
    const { csr, keyPem } = await makeDeviceKey();
    const answer = await ask(https() + PATHS.claim, { ca: ca() }, { method: 'POST', json: claimBody(token, csr) });
    await expectOut(old, client);
    const cert = JSON.parse(answer.text).certificate as string;
    expect(await isIn({ name: old.name, tls: { ca: ca(), key: keyPem, cert } })).toBe(true);
  });

  it('a device that is set aside, until it is resolved', async () => {
    const one = await claim('pi-4');
    const client = await connected(one);
    const speak = (boot: string) =>
      client.publish(`wherry/v1/${one.name}/presence`, JSON.stringify({ status: 'online', boot }), { qos: 1 });
    // A start that speaks again after another has spoken is a second machine.
    for (const boot of ['d', 'c', 'd']) speak(boot.repeat(32));
    await expectOut(one, client);
    await server.admin.call(OPERATIONS.resolveDevice, params('pi-4'));
    await eventually('it is let in', () => isIn(one), WITHIN_MS);
  });

  it('anybody who was taken back while mosquitto did not run', async () => {
    const one = await claim('pi-5');
    const client = await connected(one);
    await mosquitto.restart(() => server.admin.call(OPERATIONS.removeDevice, params('pi-5')));
    await expectOut(one, client);
  });

  it('anybody whose session a control plane that ended did not get to, once it is back', async () => {
    const one = await claim('pi-6');
    const client = await connected(one);
    await server.stop();
    const store = await openSqliteStore(join(server.dataDir, 'wherry.db'));
    await store.transaction(async ({ certificates, standings }) => {
      await standings.endSessions(await certificates.revokeEvery(Date.now()), Date.now());
    });
    await store.close();
    expect(client.connected).toBe(true);
    await start(server.dataDir);
    await eventually('the end of the session', async () => {
      await endSessions(server.context);
      return !client.connected;
    });
    await expectOut(one, client);
  });
});
