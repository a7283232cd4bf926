import { type Ack, type Command, type Envelope, PAYLOAD_TYPES } from '@wherry/protocol';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import { createInbox, DESIRED_BYTES } from './inbox.ts';
import type { Identity } from './port.ts';

const identity = { tenant: 'default', device: 'pi-7' } as Identity;
const BOOT = '0123456789abcdef0123456789abcdef';
let received: unknown[];
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
    command: (_: string, message: Command) => void received.push(message),
    appMessage: (app: string, path: string) => void received.push({ app, path }),
  };
  receive = createInbox(identity, counters, handlers, () => nowMs);
});

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const signed = {
  payloadType: PAYLOAD_TYPES.desired,
  payload: 'e30=',
  signatures: [{ keyid: 'a'.repeat(32), sig: 'AA==' }],
};
const TOPIC = 'wherry/v1/default/pi-7';

test('what is right arrives', () => {
  receive(`${TOPIC}/desired`, bytes(signed));
  receive(`${TOPIC}/ack`, bytes({ boot: BOOT, upTo: 7 }));
  receive(`${TOPIC}/command/c1`, bytes({ kind: 'report', expiresAtMs: 1 }));
  expect(received).toHaveLength(3);
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
  ['ack_malformed', 'ack', { boot: BOOT, upTo: -1 }],
  ['ack_malformed', 'ack', `{"boot":"${BOOT}","upTo":1e309}`],
  ['ack_malformed', 'ack', { boot: '__proto__', upTo: 1 }],
  ['ack_malformed', 'ack', { boot: BOOT, upTo: 1, extra: true }],
  ['ack_malformed', 'ack', `{"boot":"${BOOT}","upTo":1,"pad":"${'x'.repeat(9_000)}"}`],
  ['ack_malformed', 'ack', `${'['.repeat(8_000)}`],
  ['command_malformed', 'command/c1', { kind: 'reboot', expiresAtMs: 1 }],
  ['command_malformed', 'command/c1', { kind: 'restart', app: '../../etc', expiresAtMs: 1 }],
  ['desired_malformed', 'desired', { ...signed, payloadType: PAYLOAD_TYPES.release }],
  ['desired_malformed', 'desired', { ...signed, signatures: [] }],
  ['desired_malformed', 'desired', Buffer.alloc(DESIRED_BYTES + 1, 0x20)],
  ['topic_foreign', 'report', signed],
])('%s: a bad message on %s is counted and left out', (counter, channel, payload) => {
  receive(`${TOPIC}/${channel}`, payload instanceof Buffer ? payload : bytes(payload));
  expect(received).toEqual([]);
  expect(counters.all()).toEqual({ [counter]: 1 });
});

test.each(['wherry/v1/default/pi-8/ack', 'wherry/v1/other/pi-7/ack', 'wherry/v2/default/pi-7/ack', 'ack', ''])(
  'a message on %j is not for this device',
  (topic) => {
    receive(topic, bytes({ boot: BOOT, upTo: 7 }));
    expect(received).toEqual([]);
    expect(counters.all()).toEqual({ topic_foreign: 1 });
  },
);

test('a stranger cannot keep the device busy, and does not silence the server for long', () => {
  for (let n = 0; n < 1_000; n += 1) receive(`${TOPIC}/desired`, bytes(signed));
  expect(received).toHaveLength(32);
  receive(`${TOPIC}/ack`, bytes({ boot: BOOT, upTo: 7 }));
  expect(received).toHaveLength(33);
  nowMs += 1_000;
  receive(`${TOPIC}/desired`, bytes(signed));
  expect(received).toHaveLength(34);
  expect(counters.all()).toEqual({ desired_rate_dropped: 968 });
});

test('a stranger cannot fill the log', () => {
  for (let n = 0; n < 1_000; n += 1) receive('elsewhere', bytes('{'));
  expect(counters.all()).toEqual({ topic_foreign: 1_000 });
  expect(lines).toHaveLength(1);
});
