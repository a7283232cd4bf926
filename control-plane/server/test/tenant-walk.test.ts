import {
  addTenant,
  appFilter,
  createClaimToken,
  createOperatorToken,
  createUser,
  DOWN_CHANNELS,
  downFilter,
  fleetAppFilter,
  fleetFilter,
  getDevice,
  listAudit,
  listDevices,
  PATHS,
  setDeviceLabels,
  setSecret,
  startRollout,
  type TenantId,
  TOPIC_ROOT,
  UP_CHANNELS,
} from '@wherry/protocol';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginRemoteOwner } from '../src/app/testing/remote-owner.ts';
import { connectDevice } from './support/mqtt-device.ts';
import { publishTestReleases, sampleRelease } from './support/publish-release.ts';
import { readEvents } from './support/read-events.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { MISSING, type Things, type Visitor, walk } from './support/tenant-walk.ts';
import { claimTestDevice, type TestDevice } from './support/test-device.ts';

/**
 * C2: a stranger of another tenant sees nothing, not even that a thing exists. Two tenants that are alike ask for the same things: one
 * before anybody has any, one when the owner has all of them. Their answers are the same bytes.
 */
let server: TestServer;
let before: Visitor & { readonly device: TestDevice };
let after: typeof before;
let owner: TestDevice;

beforeAll(async () => {
  server = await startTestServer();
  before = await visitor('rival-a');
  after = await visitor('rival-b');
});
afterAll(() => server.remove());

async function visitor(tenant: string) {
  const { token } = await server.admin.call(addTenant, { body: { tenant: tenant as TenantId } });
  const device = await claimTestDevice(server.httpUrl, server.clientFor(token), 'own-1');
  return { tenant, token, device, bearer: device.bearer };
}

/** What the owner has: something of everything that can be named. */
async function settleOwner(): Promise<Things> {
  const { admin } = server;
  owner = await claimTestDevice(server.httpUrl, admin, 'pi-1', { site: 'secret-site' });
  const publisher = await publishTestReleases(server, []);
  const release = await publisher.publish(sampleRelease('1.0.0', 1));
  const rollout = await admin.call(startRollout, { body: { app: 'thermostat', version: '1.0.0' } as never });
  const claimToken = await admin.call(createClaimToken, { body: { labels: {} } });
  const operatorToken = await admin.call(createOperatorToken, { body: { name: 'owned-name', role: 'viewer' } });
  await admin.call(createUser, { body: { name: 'grace', role: 'viewer', password: 'moths in the relay' } });
  const secret = { params: { app: 'thermostat', name: 'API_KEY' }, body: { version: 1, devices: [] } };
  await admin.call(setSecret, secret as never);
  const { digest } = release;
  return { rollout: rollout.id, claimToken: claimToken.id, operatorToken: operatorToken.id, release: digest };
}

describe('a stranger of another tenant', () => {
  it('gets the same bytes for what another has as for what nobody has, whatever is asked', async () => {
    const nobodys = await walk(server, before, MISSING);
    const things = await settleOwner();
    const anothers = await walk(server, after, things);
    expect([...anothers.keys()]).toEqual([...nobodys.keys()]);
    expect(nobodys.size).toBeGreaterThan(100);
    for (const [asked, answer] of anothers) expect({ asked, ...answer }).toEqual({ asked, ...nobodys.get(asked) });
    const text = JSON.stringify([...anothers.values()].map(({ headers, body }) => [headers, body]));
    for (const word of ['secret-site', owner.bearer]) expect(text).not.toContain(word);
  });

  it('may use every name that another uses', async () => {
    const rival = server.clientFor(after.token);
    const twin = await claimTestDevice(server.httpUrl, rival, 'pi-1');
    expect([twin.claim.tenant, twin.device]).toEqual([after.tenant, 'pi-1']);
    const publisher = await beginRemoteOwner(rival, after.tenant);
    expect(await publisher.publish(sampleRelease('1.0.0', 1))).toMatchObject({ app: 'thermostat', version: '1.0.0' });
    await rival.call(setDeviceLabels, { params: { device: twin.device }, body: { set: { of: 'rival' }, remove: [] } });
    expect((await server.admin.call(getDevice, { params: { device: owner.device } })).labels).toEqual({
      site: 'secret-site',
    });
    expect((await server.admin.call(listDevices, {})).items.map(({ device }) => device)).toEqual(['pi-1']);
  });

  it('hears nothing of another on the stream of changes', async () => {
    const events = readEvents(await server.fetch(PATHS.stream, { token: before.token }));
    const rival = server.clientFor(before.token);
    const label = (client: typeof rival, device: TestDevice) =>
      client.call(setDeviceLabels, { params: { device: device.device }, body: { set: { n: 'x' }, remove: [] } });
    await label(server.admin, owner);
    await label(rival, before.device);
    expect(await events.next('device')).toEqual({ type: 'device', device: 'own-1' });
    expect(events.seen()).toEqual(['device']);
    await events.close();
  });
});

it('who opens a device’s log is in the audit log before the first line comes', async () => {
  const stream = await server.fetch(PATHS.deviceLogs('pi-1'), { token: server.adminToken });
  const [newest] = (await server.admin.call(listAudit, {})).items;
  expect(newest).toMatchObject({ operator: 'admin', action: 'open_device_log', subject: 'pi-1' });
  await stream.body?.cancel();
});

describe('a device of another tenant', () => {
  const DEFAULT = 'default' as TenantId;
  const connect = () => connectDevice(server.mqttUrl, before.device.name, before.bearer.split(':')[1] ?? '');

  const listen = async (heard: string[]) => (await connect()).on('message', (topic) => void heard.push(topic));

  it('listens on nobody’s branch but its own, whether that is there or not', async () => {
    const heard: string[] = [];
    let client = await listen(heard);
    const filters = ['pi-1', 'pi-none'].flatMap((name) => [
      ...DOWN_CHANNELS.map((channel) => downFilter(DEFAULT, name as TestDevice['device'], channel)),
      ...UP_CHANNELS.map((channel) => `${TOPIC_ROOT}/default/${name}/${channel}`),
      appFilter(DEFAULT, name),
      `${TOPIC_ROOT}/default/${name}/#`,
    ]);
    const wide = [...UP_CHANNELS, ...DOWN_CHANNELS].map(fleetFilter);
    for (const filter of [
      ...filters,
      ...wide,
      fleetAppFilter('out'),
      '#',
      '+/#',
      '$SYS/#',
      `${TOPIC_ROOT}/+/own-1/desired`,
    ]) {
      expect([filter, await grant(client, filter)]).toEqual([filter, 'refused']);
      if (!client.connected) client = await listen(heard);
    }
    expect(await grant(client, downFilter(before.tenant as TenantId, before.device.device, 'desired'))).toBe('granted');
    await server.admin.call(setDeviceLabels, {
      params: { device: owner.device },
      body: { set: { n: 'y' }, remove: [] },
    });
    await client.endAsync();
    expect(heard.filter((topic) => !topic.startsWith(`${TOPIC_ROOT}/${before.device.name}/`))).toEqual([]);
  });

  it.each(['pi-1', 'pi-none'])('that speaks on the branch of %s is cut off', async (name) => {
    for (const channel of [...UP_CHANNELS, ...DOWN_CHANNELS]) {
      const client = await connect();
      const closed = new Promise<string>((resolve) => client.once('close', () => resolve('closed')));
      const topic = `${TOPIC_ROOT}/default/${name}/${channel}`;
      const sent = client.publishAsync(topic, owner.report(1), { qos: 1 }).then(
        () => 'acknowledged',
        () => 'closed',
      );
      expect([channel, await Promise.race([closed, sent])]).toEqual([channel, 'closed']);
      client.end(true);
    }
    expect(await server.admin.call(getDevice, { params: { device: owner.device } })).toMatchObject({ seenAtMs: null });
  });
});

/** Who asks for too much may be refused, or cut off. */
async function grant(client: MqttClient, filter: string): Promise<'granted' | 'refused'> {
  let close: () => void = () => {};
  const closed = new Promise<[]>((resolve) => {
    close = () => resolve([]);
    client.once('close', close);
  });
  const granted = await Promise.race([closed, client.subscribeAsync(filter, { qos: 1 }).catch(() => [])]);
  client.off('close', close);
  return granted.some(({ qos }) => (qos as number) < 0x80) ? 'granted' : 'refused';
}
