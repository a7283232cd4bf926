import { LIMITS, succeed } from '@wherry/protocol';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createCounters } from '../logs/counters.ts';
import type { TriggerEvent } from '../runtimes/port.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { TRIGGER_LIMITS } from './limits.ts';

let fleet: Fleet;
let counters: ReturnType<typeof createCounters>;
let events: TriggerEvent[];
let sent: string[];
let heard: boolean[];
let isUp: boolean;
let nowMs: number;
const payload = Buffer.from('21.5');
const call = async (event: TriggerEvent) => {
  events.push(event);
  return succeed({});
};

beforeEach(() => {
  [events, sent, heard, isUp, nowMs] = [[], [], [], true, 0];
  counters = createCounters(pino({ level: 'silent' }));
  const link = {
    hearApps: (isWanted: boolean) => heard.push(isWanted),
    publishOut: (app: string, path: string) => isUp && sent.push(`${app} ${path}`) > 0,
  };
  fleet = createFleet(link, counters, () => nowMs);
});

test('a message reaches the app that it names, where its filter matches, under a topic that the device cannot make', () => {
  fleet.bind('heating', ['setpoint/+'], call);
  fleet.bind('other', ['setpoint/+'], call);
  fleet.deliver('heating', 'setpoint/hall', payload);
  fleet.deliver('heating', 'other/hall', payload);
  fleet.deliver('nobody', 'setpoint/hall', payload);
  expect(events).toEqual([{ on: 'mqtt', topic: '$fleet/setpoint/hall', payload }]);
  expect(counters.all().fleet_unheard).toBe(2);
});

test('it is listened to as long as some app asks for it', () => {
  fleet.bind('plain', [], call);
  fleet.bind('heating', ['#'], call);
  fleet.unbind('heating');
  expect(heard).toEqual([false, true, false]);
});

test('what is too much, too large or no topic is left out', () => {
  fleet.bind('heating', ['#'], call);
  fleet.deliver('heating', 'a//b', payload);
  fleet.deliver('heating', 'a', Buffer.alloc(LIMITS.publishPayloadBytes + 1));
  for (let n = 0; n < TRIGGER_LIMITS.fleetInBurst + 5; n += 1) fleet.deliver('heating', 'a', payload);
  expect(events).toHaveLength(TRIGGER_LIMITS.fleetInBurst);
  expect(counters.all()).toMatchObject({ fleet_malformed: 2, fleet_rate_dropped: 5 });
});

test('an app sends within its rate, and hears when there is no session', () => {
  const codes = () => {
    const outcome = fleet.publish('heating', 'state', payload);
    return outcome.ok ? 'ok' : outcome.problems[0]?.code;
  };
  for (let n = 0; n < TRIGGER_LIMITS.fleetOutBurst; n += 1) expect(codes()).toBe('ok');
  expect(codes()).toBe('rate_limited');
  nowMs += 10_000;
  isUp = false;
  expect(codes()).toBe('unavailable');
  expect(fleet.publish('heating', '+/x', payload)).toMatchObject({ ok: false, problems: [{ code: 'invalid_topic' }] });
  expect(sent).toHaveLength(TRIGGER_LIMITS.fleetOutBurst);
});
