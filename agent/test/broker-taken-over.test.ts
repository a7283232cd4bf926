import { randomBytes } from 'node:crypto';
import type { Command } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReportKey } from '../src/claim/report-key.ts';
import { createLink } from '../src/link/link.ts';
import type { DeviceLink } from '../src/link/options.ts';
import type { LinkTuning } from '../src/link/tuning.ts';
import { type HostileBroker, startHostileBroker } from './hostile-broker.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { makeSigner, type Signer } from './signing.ts';
import { startTinyControlPlane, type TinyControlPlane } from './tiny-control-plane.ts';
import { until } from './until.ts';

/** A broker in the hands of somebody: it can hold back and read. What was to be told is told once it is gone, and nothing else happens. */
const QUICK: Partial<LinkTuning> = {
  backoffBaseMs: 50,
  backoffCapMs: 400,
  resendAfterMs: 20,
  resendCapMs: 40,
  burstMessages: 50,
  messagesPerSecond: 500,
  lingerMs: 2,
};
const keys = makeReportKey();
const PI = { tenant: 'default', device: 'pi-7', secret: 's'.repeat(43), reportKey: keys.publicKey };
const TOPIC = 'wherry/v1/default/pi-7';
const REWINDS = 30;

let mosquitto: Mosquitto;
let broker: HostileBroker;
let plane: TinyControlPlane;
let link: DeviceLink;
let boot: string;
let outbox: ReturnType<typeof createMemoryOutbox>;
let ran: string[];
/** By the device's newest root. */
let director: Signer;

beforeEach(async () => {
  mosquitto = await createMosquitto({ 'default/pi-7': PI.secret, 'control-plane': 'control-plane' });
  await mosquitto.start();
  broker = await startHostileBroker(mosquitto.url);
  plane = await startTinyControlPlane(mosquitto.url, PI);
  await until('the control plane listens', plane.isUp);
  director = plane.director;
  boot = randomBytes(16).toString('hex');
  outbox = createMemoryOutbox(boot);
  ran = [];
  link = createLink({
    identity: { ...PI, serverUrl: plane.url, mqttUrl: broker.url, reportPrivateKey: keys.privateKey },
    boot,
    outbox,
    events: {
      desired: () => {},
      async command(id) {
        ran.push(id);
        return { ok: true, message: 'done' };
      },
      connection: () => {},
    },
    generation: () => 0,
    isDirectors: (message, signature) => director.hasSigned(message, signature),
    log: pino({ level: 'silent' }),
    tuning: QUICK,
  });
});
afterEach(async () => {
  await link.stop();
  await plane.stop();
  await broker.close();
  await mosquitto.dispose();
});

function append(count: number): void {
  for (let n = 0; n < count; n += 1)
    outbox.append(
      n % 3 === 0
        ? { kind: 'usage', sample: { fromMs: 0, toMs: 1, workloads: [] } }
        : { kind: 'report', body: { type: 'event', severity: 'info', name: 'tick', message: '' } },
    );
}

const sent = () => (link.counters().sent_report ?? 0) + (link.counters().sent_usage ?? 0);
const isReport = (topic: string) => /\/(report|usage)$/.test(topic);
const numbers = () => [...(plane.arrived.get(boot)?.keys() ?? [])].toSorted((a, b) => a - b);

/** The broker is its owner's again: everything arrives, and nothing was given up. */
async function allArrive(count: number): Promise<void> {
  broker.onUp = (_, payload) => payload;
  broker.onDown = (_, payload) => payload;
  await until('the outbox is empty', () => outbox.size() === 0);
  expect(numbers()).toEqual(Array.from({ length: count }, (_, at) => at + 1));
  expect(plane.dropped).toBe(0);
}

test('acknowledgements that it makes up, alters or takes from elsewhere empty nothing', async () => {
  const stranger = makeSigner();
  const content = { boot, upTo: 10 };
  const true7 = { boot, upTo: 7, sig: director.vouch('ack', PI, { boot, upTo: 7 }) };
  const forged = [
    content,
    { ...content, sig: stranger.vouch('ack', PI, content) },
    { ...true7, upTo: 10 },
    { ...content, sig: director.vouch('ack', { tenant: 'default', device: 'pi-8' }, content) },
    { ...content, sig: director.vouch('ack', { tenant: 'other', device: 'pi-7' }, content) },
    { boot: 'e'.repeat(32), upTo: 10, sig: director.vouch('ack', PI, { boot: 'e'.repeat(32), upTo: 10 }) },
    { ...content, refused: { firstSeq: 1, seq: 1 }, sig: stranger.vouch('ack', PI, content) },
  ];
  broker.onUp = (topic, payload) => {
    if (!isReport(topic)) return payload;
    for (const ack of forged) broker.say(`${TOPIC}/ack`, ack);
    return null;
  };
  append(10);
  link.start();
  await until('it was tried often', () => sent() > REWINDS * 4);
  expect(outbox.size()).toBe(10);
  expect(numbers()).toEqual([]);
  expect(link.counters().ack_forged).toBeGreaterThan(REWINDS);
  expect(link.counters().ack_malformed).toBeGreaterThan(0);
  await allArrive(10);
});

test('what the control plane did say, repeated for ever while newer reports are swallowed, gives up none of them', async () => {
  const said: object[] = [];
  broker.onDown = (topic, payload) => {
    if (topic === `${TOPIC}/ack`) said.push(JSON.parse(String(payload)) as object);
    return payload;
  };
  append(1);
  link.start();
  await until('the first is stored', () => outbox.size() === 0);
  append(2);
  await until('the next are stored', () => outbox.size() === 0);
  broker.onUp = (topic, payload) => {
    if (!isReport(topic)) return payload;
    for (const ack of said) broker.say(`${TOPIC}/ack`, ack);
    return null;
  };
  append(4);
  const before = sent();
  await until('it was tried often', () => sent() > before + REWINDS * 4);
  expect(outbox.size()).toBe(4);
  await allArrive(7);
});

test('one report that it swallows while all others pass is not given up either', async () => {
  let passed = 0;
  broker.onUp = (topic, payload) => {
    const text = String(payload);
    const body = topic.endsWith('/report')
      ? Buffer.from(JSON.parse(text).payload as string, 'base64').toString()
      : text;
    if (!isReport(topic)) return payload;
    if (/"seq":2[,}]/.test(body)) return null;
    passed += 1;
    return payload;
  };
  append(8);
  link.start();
  await until('the others came often', () => passed > REWINDS * 2);
  expect(numbers()).not.toContain(2);
  expect(outbox.rowsOf(boot)[0]?.seq).toBe(2);
  await allArrive(8);
});

test('a command runs once, in the start it is for, and only if the director signed it', async () => {
  const heard: { topic: string; message: object }[] = [];
  broker.onDown = (topic, payload) => {
    if (topic.startsWith(`${TOPIC}/command/`)) heard.push({ topic, message: JSON.parse(String(payload)) as object });
    return payload;
  };
  link.start();
  await until('the session is up', () => link.isUp);
  const command = { kind: 'restart', app: 'thermostat', expiresAtMs: Date.now() + 3_600_000 } as Command;
  plane.order('01a', boot, command);
  await until('it ran', () => plane.results.length === 1);
  const [{ topic = '', message = {} } = {}] = heard;
  for (let n = 0; n < 5; n += 1) broker.say(topic, message);
  broker.say(`${TOPIC}/command/01b`, message);
  broker.say(`${TOPIC}/command/01c`, {
    boot,
    command,
    sig: makeSigner().vouch('command', PI, { id: '01c', boot, command }),
  });
  broker.say(`${TOPIC}/command/01d`, { boot, command });
  // One of an earlier start, true in itself.
  plane.order('01e', 'e'.repeat(32), command);
  await until('it is answered', () => plane.results.some(({ id }) => id === '01e'));
  expect(plane.results.find(({ id }) => id === '01e')?.body).toMatchObject({ ok: false, code: 'expired' });
  expect(ran).toEqual(['01a']);
  expect(link.counters()).toMatchObject({ commands_repeated: 5, command_forged: 2, command_malformed: 1 });
});

test('until a root names the control plane’s new director its word is not taken, and then all is told', async () => {
  director = makeSigner();
  append(5);
  link.start();
  await until('it was tried often', () => sent() > REWINDS);
  expect(outbox.size()).toBe(5);
  expect(link.counters().ack_forged).toBeGreaterThan(0);
  director = plane.director;
  await allArrive(5);
});
