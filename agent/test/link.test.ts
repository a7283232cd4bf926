import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, type Envelope, PAYLOAD_TYPES } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReportKey } from '../src/claim/report-key.ts';
import { createLink } from '../src/link/link.ts';
import type { DeviceLink } from '../src/link/options.ts';
import type { Identity, Outbox } from '../src/link/port.ts';
import type { LinkTuning } from '../src/link/tuning.ts';
import { createEffects } from '../src/shell/effects.ts';
import { openStore } from '../src/store/store.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { envelopeOf, startTinyControlPlane, type TinyControlPlane } from './tiny-control-plane.ts';
import { until } from './until.ts';

const QUICK: Partial<LinkTuning> = {
  backoffBaseMs: 50,
  backoffCapMs: 400,
  resendAfterMs: 300,
  resendCapMs: 1_000,
  burstMessages: 50,
  messagesPerSecond: 500,
  lingerMs: 2,
  drainJitterMs: 100,
  keepaliveSeconds: 2,
  connectTimeoutMs: 2_000,
  desiredTimeoutMs: 2_000,
};
const keys = makeReportKey();
const device = { tenant: 'default', device: 'pi-7', secret: 's'.repeat(43), reportKey: keys.publicKey };

let broker: Mosquitto;
let plane: TinyControlPlane;
let link: DeviceLink | undefined;
let outbox: Outbox;
let boot: string;
let documents: Envelope[];
let commands: Command[];
let connections: boolean[];

beforeEach(async () => {
  broker = await createMosquitto({ 'default/pi-7': device.secret, 'control-plane': 'control-plane' });
  await broker.start();
  plane = await startTinyControlPlane(broker.url, device);
  await until('the control plane listens', plane.isUp);
  boot = randomBytes(16).toString('hex');
  outbox = createMemoryOutbox(boot);
  [documents, commands, connections] = [[], [], []];
});

afterEach(async () => {
  await link?.stop();
  link = undefined;
  await plane.stop();
  await broker.dispose();
});

function startLink(tuning: Partial<LinkTuning> = {}, identity: Partial<Identity> = {}): DeviceLink {
  link = createLink({
    identity: {
      ...device,
      serverUrl: plane.url,
      mqttUrl: broker.url,
      reportPrivateKey: keys.privateKey,
      ...identity,
    },
    boot,
    outbox,
    events: {
      desired: (document) => void documents.push(document),
      async command(_, command) {
        commands.push(command);
        return { ok: true, message: 'done' };
      },
      connection: (isUp) => void connections.push(isUp),
    },
    generation: () => 3,
    isDirectors: plane.director.hasSigned,
    log: pino({ level: 'silent' }),
    tuning: { ...QUICK, ...tuning },
  });
  link.start();
  return link;
}

function appendEvent(message: string): void {
  outbox.append({ kind: 'report', body: { type: 'event', severity: 'info', name: 'tick', message } });
}

function appendUsage(): void {
  outbox.append({ kind: 'usage', sample: { fromMs: 0, toMs: 1, workloads: [] } });
}

test('rows leave the outbox in order once the server has them', async () => {
  startLink();
  for (let n = 1; n <= 30; n += 1) n % 3 === 0 ? appendUsage() : appendEvent(`event ${n}`);
  await until('the outbox is empty', () => outbox.size() === 0);
  expect([...(plane.arrived.get(boot)?.keys() ?? [])]).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  expect(plane.presence).toEqual(['online']);
});

test('nothing leaves the outbox while the server says nothing, and what is lost is sent again', async () => {
  plane.acknowledges = false;
  startLink();
  appendEvent('only once');
  await until('it was sent three times', () => (plane.arrived.get(boot)?.get(1) ?? 0) >= 3);
  expect(outbox.size()).toBe(1);
  plane.acknowledges = true;
  await until('the outbox is empty', () => outbox.size() === 0);
});

test('the broker is killed again and again: every row arrives', async () => {
  const rows = 2_000;
  startLink();
  let appended = 0;
  for (let round = 0; round < 5; round += 1) {
    const target = (rows / 5) * (round + 1);
    while (appended < target) {
      appended += 1;
      appended % 5 === 0 ? appendUsage() : appendEvent(`event ${appended}`);
      if (appended % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until('something of this round has arrived', () => (plane.arrived.get(boot)?.size ?? 0) > target - rows / 5);
    await broker.kill();
    for (let n = 0; n < 20 && appended < rows; n += 1) {
      appended += 1;
      appendEvent(`while the broker is dead ${appended}`);
    }
    await until('the session is seen to be down', () => link?.isUp === false);
    await broker.start();
  }
  await until('the outbox is empty', () => outbox.size() === 0, 60_000);
  const numbers = plane.arrived.get(boot);
  expect(numbers?.size).toBe(rows);
  expect(Math.max(...(numbers?.keys() ?? []))).toBe(rows);
  expect(link?.counters().sessions).toBeGreaterThanOrEqual(6);
});

test('what happened offline is told after the first connect', async () => {
  await broker.kill();
  for (let n = 0; n < 500; n += 1) appendEvent(`offline ${n}`);
  startLink();
  await broker.start();
  await until('the outbox is empty', () => outbox.size() === 0);
  expect(plane.arrived.get(boot)?.size).toBe(500);
});

test('what an earlier start left on the disk is told first, under its own boot', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-store-'));
  const open = (ofBoot: string) => openStore({ folder, boot: ofBoot, effects: createEffects(), nowMs: Date.now });
  const earlier = 'e'.repeat(32);
  const before = open(earlier);
  outbox = before.outbox;
  for (let n = 0; n < 70; n += 1) appendEvent(`before ${n}`);
  before.close();
  const store = open(boot);
  outbox = store.outbox;
  try {
    for (let n = 0; n < 10; n += 1) appendUsage();
    startLink();
    await until('the outbox is empty', () => store.outbox.size() === 0);
    expect([...plane.arrived.keys()]).toEqual([earlier, boot]);
    expect([...plane.arrived.values()].map((numbers) => numbers.size)).toEqual([70, 10]);
    await link?.stop();
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});

test('a broker that is there and does not answer is left', async () => {
  startLink({ keepaliveSeconds: 1 });
  await until('the session is up', () => link?.isUp === true);
  broker.freeze();
  appendEvent('into the void');
  await until('the session is down', () => link?.isUp === false);
  broker.thaw();
  await until('the outbox is empty', () => outbox.size() === 0);
  expect(connections.slice(0, 3)).toEqual([true, false, true]);
});

test('the last will says offline when the agent dies, and the agent says it when it stops', async () => {
  startLink();
  await until('the device is seen', () => plane.presence.length === 1);
  await link?.stop();
  await until('the farewell has arrived', () => plane.presence.length === 2);
  expect(plane.presence).toEqual(['online', 'offline']);
});

test('the desired state is read at each connect, with the tag of the last one', async () => {
  plane.desired = { generation: 3, body: JSON.stringify(envelopeOf(3)) };
  startLink();
  await until('it was read', () => documents.length === 1);
  await broker.kill();
  await until('the session is down', () => link?.isUp === false);
  await broker.start();
  await until('it was asked for again', () => plane.reads.length >= 2);
  expect(plane.reads.map((read) => read.status)).toEqual([200, 304]);
  expect(documents).toEqual([envelopeOf(3)]);
});

test.each([
  ['that an acknowledgement names and nobody pushed', true, { answerWithinMs: 600_000, pushWithinMs: 20 }],
  ['of which nobody says a word', false, { answerWithinMs: 20, pushWithinMs: 600_000 }],
])('a desired state %s is read', async (_, acknowledges, tuning) => {
  plane.desired = { generation: 4, body: JSON.stringify(envelopeOf(4)) };
  plane.acknowledges = acknowledges;
  appendEvent('here');
  startLink(tuning);
  await until('it was read', () => documents.length > 0);
});

test('without a broker, the desired state still arrives by the slow timer', async () => {
  await broker.kill();
  plane.desired = { generation: 1, body: JSON.stringify(envelopeOf(1)) };
  startLink({ desiredEveryMs: 30, unchangedInARow: 2 });
  await until('it was read twice in full', () => documents.length === 2);
  expect(plane.reads.slice(0, 4).map((read) => read.status)).toEqual([200, 304, 304, 200]);
});

test.each([
  ['not JSON', '{'],
  ['another kind of envelope', JSON.stringify({ ...envelopeOf(1), payloadType: PAYLOAD_TYPES.report })],
  ['an endless body', `"${'x'.repeat(1024 * 1024)}"`],
])('a desired state that is %s is left out', async (_, body) => {
  plane.desired = { generation: 1, body };
  startLink({ desiredConnectedEveryMs: 30 });
  await until('it was read twice', () => plane.reads.length >= 2);
  expect(documents).toEqual([]);
  plane.desired = { generation: 1, body: JSON.stringify(envelopeOf(1)) };
  await until('the right one is taken', () => documents.length >= 1);
});

test('a desired state and a command arrive by MQTT; the result goes back, once for each id', async () => {
  startLink();
  await until('the session is up', () => link?.isUp === true);
  plane.send('desired', JSON.stringify(envelopeOf(7)));
  const restart = { kind: 'restart', app: 'thermostat', expiresAtMs: Date.now() + 60_000 } as Command;
  plane.order('c1', boot, restart);
  await until('a result', () => plane.results.length === 1);
  plane.order('c1', boot, restart);
  plane.order('c2', boot, { kind: 'report', expiresAtMs: 1 });
  await until('three results', () => plane.results.length === 3);
  expect(documents).toEqual([envelopeOf(7)]);
  expect(commands).toHaveLength(1);
  expect(plane.results.map(({ id }) => id)).toEqual(['c1', 'c1', 'c2']);
  expect(plane.results[2]?.body).toMatchObject({ ok: false, code: 'expired' });
});

test('hostile messages are counted and the device goes on', async () => {
  startLink();
  await until('the session is up', () => link?.isUp === true);
  plane.send('desired', Buffer.alloc(300_000, 0x20));
  plane.send('desired', 'nonsense');
  plane.send('ack', JSON.stringify({ boot, upTo: 'all' }));
  plane.send('command', '{"kind":"format"}', 'c1');
  await until(
    'all were seen',
    () => Object.keys(link?.counters() ?? {}).filter((name) => /malformed|too_large/.test(name)).length === 4,
  );
  appendEvent('still here');
  await until('the outbox is empty', () => outbox.size() === 0);
  expect(connections).toEqual([true]);
  expect(link?.counters()).toMatchObject({
    packet_too_large: 1,
    desired_malformed: 1,
    ack_malformed: 1,
    command_malformed: 1,
  });
});

test('a wrong secret is not a reason to stop trying', async () => {
  startLink({}, { secret: 'wrong'.repeat(10) });
  appendEvent('waits');
  await until('it was refused three times', () => (link?.counters().connect_failures ?? 0) >= 3);
  expect(link?.isUp).toBe(false);
  expect(connections).toEqual([]);
  expect(outbox.size()).toBe(1);
});

test('logs travel while the session is up and are dropped while it is down', async () => {
  const line = { app: 'thermostat', atMs: 1, stream: 'stdout', level: 'info', text: 'hello' } as const;
  startLink().sendLogs({ lines: [line as never] });
  await until('the session is up', () => link?.isUp === true);
  link?.sendLogs({ lines: [line as never] });
  await until('one batch', () => plane.logs.length > 0);
  expect(plane.logs).toEqual([{ lines: [line] }]);
});
