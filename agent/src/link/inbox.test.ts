import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { type Ack, type DetachedType, detachedBytes, type Envelope, PAYLOAD_TYPES } from '@wherry/protocol';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import type { Order } from './commands.ts';
import { createInbox, DESIRED_BYTES } from './inbox.ts';
import type { Identity } from './port.ts';

const identity = { tenant: 'default', device: 'pi-7' } as Identity;
const BOOT = '0123456789abcdef0123456789abcdef';
const director = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
let received: unknown[];
let forged: string[];
let lines: { counter?: string }[];
let nowMs: number;
let counters: ReturnType<typeof createCounters>;
let receive: (topic: string, payload: Uint8Array) => void;

beforeEach(() => {
  received = [];
  lines = [];
  counters = createCounters(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  nowMs = 0;
  const handlers = {
    desired: (document: Envelope) => void received.push(document),
    ack: (message: Ack) => void received.push(message),
    command: (_: string, order: Order) => void received.push(order),
    appMessage: (app: string, path: string) => void received.push({ app, path }),
    forged: (channel: string) => void forged.push(channel),
  };
  forged = [];
  receive = createInbox({
    identity,
    counters,
    handlers,
    isDirectors: (message, signature) => verify(null, message, director.publicKey, signature),
    monotonicMs: () => nowMs,
  });
});

/** As the control plane sends it to this device, or another party to another one. */
function signed(
  type: Exclude<DetachedType, 'usage'>,
  message: object,
  {
    by = director,
    to = identity,
    id,
  }: { by?: typeof director; to?: Pick<Identity, 'tenant' | 'device'>; id?: string } = {},
) {
  const content = id === undefined ? message : { id, ...message };
  return { ...message, sig: sign(null, detachedBytes(type, to, content), by.privateKey).toString('base64') };
}

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const document = {
  payloadType: PAYLOAD_TYPES.desired,
  payload: 'e30=',
  signatures: [{ keyid: 'a'.repeat(32), sig: 'AA==' }],
};
const ACK = { boot: BOOT, upTo: 7, generation: 3 };
const ORDER = { boot: BOOT, command: { kind: 'report', expiresAtMs: 1 } };
const SIG = signed('ack', ACK).sig;
const TOPIC = 'wherry/v1/default/pi-7';

test('what is right arrives', () => {
  receive(`${TOPIC}/desired`, bytes(document));
  receive(`${TOPIC}/ack`, bytes(signed('ack', ACK)));
  receive(`${TOPIC}/command/c1`, bytes(signed('command', ORDER, { id: 'c1' })));
  expect(received).toEqual([document, ACK, ORDER]);
  expect(counters.all()).toEqual({});
});

test('a message to an app arrives from the own branch only', () => {
  receive(`${TOPIC}/app/heating/in/setpoint/hall`, bytes('21'));
  receive(`${TOPIC}/app/heating/out/state`, bytes('21'));
  receive('wherry/v1/default/pi-8/app/heating/in/setpoint', bytes('21'));
  expect(received).toEqual([{ app: 'heating', path: 'setpoint/hall' }]);
  expect(counters.all()).toEqual({ topic_foreign: 2 });
});

test.each([
  ['ack_malformed', 'ack', '{'],
  ['ack_malformed', 'ack', ''],
  ['ack_malformed', 'ack', Buffer.from([0xff, 0xfe, 0x00])],
  ['ack_malformed', 'ack', { ...ACK, upTo: -1, sig: SIG }],
  ['ack_malformed', 'ack', { ...ACK, generation: 0, sig: SIG }],
  ['ack_malformed', 'ack', ACK],
  ['ack_malformed', 'ack', { ...ACK, sig: 'AA==' }],
  ['ack_malformed', 'ack', `{"boot":"${BOOT}","upTo":1e309,"sig":"${SIG}"}`],
  ['ack_malformed', 'ack', { ...ACK, boot: '__proto__', sig: SIG }],
  ['ack_malformed', 'ack', { ...ACK, sig: SIG, extra: true }],
  ['ack_malformed', 'ack', `{"boot":"${BOOT}","upTo":1,"sig":"${SIG}","pad":"${'x'.repeat(9_000)}"}`],
  ['ack_malformed', 'ack', `${'['.repeat(8_000)}`],
  ['command_malformed', 'command/c1', { ...ORDER, command: { kind: 'reboot', expiresAtMs: 1 }, sig: SIG }],
  [
    'command_malformed',
    'command/c1',
    { ...ORDER, command: { kind: 'restart', app: '../../etc', expiresAtMs: 1 }, sig: SIG },
  ],
  ['command_malformed', 'command/c1', ORDER],
  ['desired_malformed', 'desired', { ...document, payloadType: PAYLOAD_TYPES.report }],
  ['desired_malformed', 'desired', { ...document, signatures: [] }],
  ['desired_malformed', 'desired', Buffer.alloc(DESIRED_BYTES + 1, 0x20)],
  ['topic_foreign', 'report', document],
])('%s: a bad message on %s is counted and left out', (counter, channel, payload) => {
  receive(`${TOPIC}/${channel}`, payload instanceof Buffer ? payload : bytes(payload));
  expect(received).toEqual([]);
  expect(counters.all()).toEqual({ [counter]: 1 });
});

test.each(['wherry/v1/default/pi-8/ack', 'wherry/v1/other/pi-7/ack', 'wherry/v2/default/pi-7/ack', 'ack', ''])(
  'a message on %j is not for this device',
  (topic) => {
    receive(topic, bytes(signed('ack', ACK)));
    expect(received).toEqual([]);
    expect(counters.all()).toEqual({ topic_foreign: 1 });
  },
);

test('a stranger cannot keep the device busy, and does not silence the server for long', () => {
  for (let n = 0; n < 1_000; n += 1) receive(`${TOPIC}/desired`, bytes(document));
  expect(received).toHaveLength(32);
  receive(`${TOPIC}/ack`, bytes(signed('ack', ACK)));
  expect(received).toHaveLength(33);
  nowMs += 1_000;
  receive(`${TOPIC}/desired`, bytes(document));
  expect(received).toHaveLength(34);
  expect(counters.all()).toEqual({ desired_rate_dropped: 968 });
});

test('a stranger cannot fill the log', () => {
  for (let n = 0; n < 1_000; n += 1) receive('elsewhere', bytes('{'));
  expect(counters.all()).toEqual({ topic_foreign: 1_000 });
  expect(lines).toHaveLength(1);
});

test.each([
  ['another key’s', signed('ack', ACK, { by: stranger })],
  ['an altered one', { ...signed('ack', ACK), upTo: 8 }],
  ['one that names another desired state', { ...signed('ack', ACK), generation: 4 }],
  ['one with a refusal that was put in', { ...signed('ack', ACK), refused: { firstSeq: 8, seq: 8 } }],
  ['another device’s', signed('ack', ACK, { to: { tenant: 'default', device: 'pi-8' } })],
  ['another tenant’s', signed('ack', ACK, { to: { tenant: 'other', device: 'pi-7' } })],
  ['one signed as a command', signed('command', ACK)],
])('an acknowledgement that is not the director’s (%s) is counted and left out', (_, message) => {
  receive(`${TOPIC}/ack`, bytes(message));
  expect([received, forged, counters.all()]).toEqual([[], ['ack'], { ack_forged: 1 }]);
});

test.each([
  ['another key’s', signed('command', ORDER, { id: 'c1', by: stranger })],
  ['under another id', signed('command', ORDER, { id: 'c2' })],
  ['for another start', { ...signed('command', ORDER, { id: 'c1' }), boot: 'f'.repeat(32) }],
  ['put off', { ...signed('command', ORDER, { id: 'c1' }), command: { ...ORDER.command, expiresAtMs: 2 } }],
  ['for another device', signed('command', ORDER, { id: 'c1', to: { tenant: 'default', device: 'pi-8' } })],
])('a command that is not the director’s (%s) is counted and left out', (_, message) => {
  receive(`${TOPIC}/command/c1`, bytes(message));
  expect([received, forged, counters.all()]).toEqual([[], ['command'], { command_forged: 1 }]);
});
