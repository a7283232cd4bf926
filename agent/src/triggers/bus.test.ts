import { LIMITS, type Outcome, succeed } from '@wherry/protocol';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import type { TriggerEvent } from '../runtimes/port.ts';
import { type Bus, createBus } from './bus.ts';
import { TRIGGER_LIMITS } from './limits.ts';

let bus: Bus;
let counters: ReturnType<typeof createCounters>;
let nowMs: number;
let heard: string[];

beforeEach(() => {
  nowMs = 0;
  heard = [];
  counters = createCounters(pino({ level: 'silent' }));
  bus = createBus(counters, () => nowMs);
});

const payload = Buffer.from('21.5');
const codeOf = (outcome: Outcome<void>) => (outcome.ok ? null : outcome.problems[0]?.code);
const hears = (app: string) => async (event: TriggerEvent) => {
  heard.push(`${app} ${event.on === 'mqtt' ? event.topic : ''}`);
  return succeed({});
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('every app with a matching filter hears a message once', async () => {
  bus.bind('a', ['sensors/#', 'sensors/+/temperature'], hears('a'));
  bus.bind('b', ['sensors/hall/+'], hears('b'));
  bus.bind('c', ['hvac/#'], hears('c'));
  expect(bus.publish('sensors/hall/temperature', payload, 'x')).toEqual(succeed(undefined));
  expect(heard).toEqual(['a sensors/hall/temperature', 'b sensors/hall/temperature']);
});

test('a new binding replaces the filters of an app in one step', () => {
  bus.bind('a', ['old/#'], hears('old'));
  bus.bind('a', ['new/#'], hears('new'));
  bus.publish('old/x', payload, null);
  bus.publish('new/x', payload, null);
  expect(heard).toEqual(['new new/x']);
  bus.unbind('a');
  bus.publish('new/x', payload, null);
  expect(heard).toHaveLength(1);
});

test.each(['sensors/+', '#', '$SYS/x', '', 'a//b', 'a\u0000'])('%j is not a topic to publish on', (topic) => {
  bus.bind('a', ['#'], hears('a'));
  expect(codeOf(bus.publish(topic, payload, 'x'))).toBe('invalid_topic');
  expect(heard).toEqual([]);
});

test('a payload above the limit is refused', () => {
  expect(codeOf(bus.publish('a', Buffer.alloc(LIMITS.publishPayloadBytes), 'x'))).toBeNull();
  expect(codeOf(bus.publish('a', Buffer.alloc(LIMITS.publishPayloadBytes + 1), 'x'))).toBe('payload_too_large');
});

test('two apps that trigger each other come to an end', async () => {
  const codes: (string | null | undefined)[] = [];
  const answers = (app: string, topic: string) => async () => {
    heard.push(app);
    await settle();
    codes.push(codeOf(bus.publish(topic, payload, app)));
    return succeed({});
  };
  bus.bind('ping', ['pong'], answers('ping', 'ping'));
  bus.bind('pong', ['ping'], answers('pong', 'pong'));
  bus.publish('ping', payload, 'starter');
  for (let round = 0; round < 100; round += 1) await settle();
  expect(heard).toHaveLength(TRIGGER_LIMITS.busDepth);
  expect(codes.at(-1)).toBe('rate_limited');
  expect(counters.all().bus_depth_refused).toBe(1);
});

test('an app that triggers itself comes to an end, and can publish again later', async () => {
  bus.bind('self', ['self/#'], async () => {
    heard.push('self');
    bus.publish('self/again', payload, 'self');
    return succeed({});
  });
  bus.publish('self/start', payload, null);
  for (let round = 0; round < 100; round += 1) await settle();
  expect(heard).toHaveLength(TRIGGER_LIMITS.busDepth);
  expect(codeOf(bus.publish('elsewhere', payload, 'self'))).toBeNull();
});

test('each publisher has a rate; one that is too fast does not slow the others', () => {
  let sent = 0;
  while (codeOf(bus.publish('a', payload, 'fast')) === null) sent += 1;
  expect(sent).toBe(TRIGGER_LIMITS.busBurst);
  expect(codeOf(bus.publish('a', payload, 'fast'))).toBe('rate_limited');
  expect(codeOf(bus.publish('a', payload, 'slow'))).toBeNull();
  nowMs += 1_000;
  for (let n = 0; n < TRIGGER_LIMITS.busPerSecond; n += 1) expect(codeOf(bus.publish('a', payload, 'fast'))).toBeNull();
  expect(codeOf(bus.publish('a', payload, 'fast'))).toBe('rate_limited');
});

test('an app that does not finish misses messages and holds up nobody', async () => {
  bus.bind('stuck', ['a'], (event) => {
    heard.push(event.on);
    return new Promise(() => {});
  });
  bus.bind('well', ['a'], hears('well'));
  const messages = TRIGGER_LIMITS.callsPerApp + 10;
  for (let n = 0; n < messages; n += 1) {
    bus.publish('a', payload, null);
    await settle();
  }
  expect(heard.filter((who) => who === 'mqtt')).toHaveLength(TRIGGER_LIMITS.callsPerApp);
  expect(heard.filter((who) => who !== 'mqtt')).toHaveLength(messages);
  expect(counters.all().bus_calls_dropped).toBe(10);
});

test('a call that throws is counted', async () => {
  bus.bind('bad', ['a'], () => Promise.reject(new Error('gone')));
  bus.publish('a', payload, null);
  await settle();
  expect(counters.all().bus_calls_failed).toBe(1);
});
