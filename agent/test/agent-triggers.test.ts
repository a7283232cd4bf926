import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@wherry/protocol';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AgentProcess } from './agent-process.ts';
import { setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { type Ear, listenOn } from './broker-ear.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';
import { assemblyScript } from './wasm/compile.ts';

/** Triggers and an operator's commands, through the whole agent: real requests and messages to a real guest in a real runner. */
const GUEST = `
import { kv, publish, respond } from "@sdk";
function starts(): i32 {
  const text = kv.get("starts");
  return text === null ? 0 : I32.parseInt(text);
}
export function onStart(): void { kv.set("starts", (starts() + 1).toString()); }
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  return respond(200, method + " " + path + " after " + starts().toString() + " starts");
}
export function onMqtt(topic: string, payload: ArrayBuffer): void {
  if (topic.startsWith("$fleet/")) {
    publish("$fleet/echo/" + topic.substring(7), String.UTF8.decode(payload));
    publish("$fleet/other", "not granted");
    return;
  }
  publish("out/mqtt", topic + " " + String.UTF8.decode(payload));
}
export function onCron(schedule: string): void { publish("out/cron", schedule); }
`;
const TRIGGERS = [
  { on: 'start' },
  { on: 'http', path: '/state', methods: ['GET'] },
  { on: 'mqtt', filter: 'sensors/+/temperature' },
  { on: 'mqtt', filter: 'setpoint/+', from: 'fleet' },
  { on: 'cron', schedule: '* * * * * *' },
];
const CAPABILITIES = { kv: true, mqtt: { publish: ['out/mqtt', 'out/cron'], fleet: ['echo/#'] } };

const stage = setUpStage();
let module: Buffer;
let agent: AgentProcess;
let ear: Ear;

beforeAll(() => {
  module = readFileSync(assemblyScript('triggered', GUEST));
});

beforeEach(async () => {
  const localBroker = { url: stage.broker.url, username: 'control-plane', password: 'control-plane' };
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ http: { port: 0 }, localBroker }));
  ear = await listenOn(stage.broker.url, 'control-plane', [
    'out/+',
    'wherry/v1/+/+/result/+',
    'wherry/v1/+/+/app/+/out/#',
  ]);
  agent = await stage.start();
  await installGuest();
});
afterEach(() => ear.close());

async function installGuest(): Promise<void> {
  const release = stage.world.publish({
    version: '1.0.0',
    module,
    patch: { triggers: TRIGGERS, capabilities: CAPABILITIES } as never,
  });
  stage.world.want([{ version: '1.0.0', release }]);
  await stage.reached('healthy', '1.0.0');
}

const heard = (topic: string) =>
  ear.heard.filter((message) => message.topic === topic).map(({ payload }) => payload.toString());

async function state(): Promise<string> {
  return (await fetch(`${agent.ready.http}/${APP}/state`)).text();
}

async function command(
  id: string,
  what: Omit<Command, 'expiresAtMs'> & { app?: string; topic?: string; payload?: string },
  lifeMs = 60_000,
) {
  const branch = `wherry/v1/${agent.ready.device}`;
  await ear.say(`${branch}/command/${id}`, stage.world.order(id, { ...what, expiresAtMs: Date.now() + lifeMs }));
  await until(`a result of ${id}`, () => heard(`${branch}/result/${id}`).length > 0);
  return JSON.parse(heard(`${branch}/result/${id}`)[0] ?? '') as { ok: boolean; code?: string; message: string };
}

test('a request, a message and a tick reach the guest, and its answers come back', async () => {
  expect(await state()).toBe('GET /state after 1 starts');
  expect((await fetch(`${agent.ready.http}/${APP}/other`)).status).toBe(404);
  expect((await fetch(`${agent.ready.http}/${APP}/state`, { method: 'POST' })).status).toBe(405);
  await ear.say('sensors/hall/temperature', 21.5);
  await ear.say('sensors/hall/humidity', 40);
  await until('the message was handled', () => heard('out/mqtt').length > 0);
  await until('the clock has ticked', () => heard('out/cron').length > 1);
  expect(heard('out/mqtt')).toEqual(['sensors/hall/temperature 21.5']);
  expect(heard('out/cron')[0]).toBe('* * * * * *');
});

test('messages of the fleet reach the app on its own branch, and what it says to the fleet leaves there, by grant', async () => {
  const branch = `wherry/v1/${agent.ready.device}`;
  // What the device's own bus carries cannot pass for a message of the fleet.
  await ear.say('setpoint/hall', 18);
  await ear.say(`${branch}/app/${APP}/in/setpoint/hall`, 21);
  await ear.say(`${branch}/app/${APP}/in/unheard`, 22);
  const sent = { kind: 'message', app: APP, topic: 'setpoint/attic', payload: '19' } as const;
  expect(await command('m1', sent)).toMatchObject({ ok: true });
  expect(await command('m2', { ...sent, topic: 'unheard' })).toMatchObject({ ok: false, code: 'not_found' });
  const out = () => ear.heard.filter(({ topic }) => topic.includes('/out/') && topic.startsWith(branch));
  await until('both are echoed', () => out().length === 2);
  expect(out().map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
    `${branch}/app/${APP}/out/echo/setpoint/hall 21`,
    `${branch}/app/${APP}/out/echo/setpoint/attic 19`,
  ]);
});

test('an app that is removed is triggered by nothing any more', async () => {
  stage.world.want([]);
  await until('the app is gone', () => stage.world.statusOf(APP) === undefined);
  expect((await fetch(`${agent.ready.http}/${APP}/state`)).status).toBe(404);
});

test('an operator restarts an app and runs it once; neither counts as a failure', async () => {
  expect(await command('c1', { kind: 'run', app: APP })).toMatchObject({ ok: true });
  expect(await state()).toBe('GET /state after 2 starts');
  expect(await command('c2', { kind: 'restart', app: APP })).toMatchObject({ ok: true });
  await until('the restart is reported', () => stage.world.statusOf(APP)?.restarts === 1);
  await until('it answers again', () => stage.world.events('workload_started').length > 0);
  await expect.poll(state, { timeout: 20_000 }).toBe('GET /state after 3 starts');
  expect(stage.world.statusOf(APP)).toMatchObject({ state: 'healthy', version: '1.0.0' });
  expect(stage.world.statusOf(APP)?.code).toBeUndefined();
});

test('a command for an app that is not there, and one that came too late, do nothing', async () => {
  expect(await command('c1', { kind: 'restart', app: 'heating' })).toMatchObject({ ok: false, code: 'not_found' });
  expect(await command('c2', { kind: 'run', app: 'heating' })).toMatchObject({ ok: false, code: 'not_found' });
  expect(await command('c3', { kind: 'run', app: APP }, -1_000)).toMatchObject({ ok: false, code: 'expired' });
  expect(await state()).toBe('GET /state after 1 starts');
});

test.each([
  ['a schedule that never comes', { on: 'cron', schedule: '0 0 30 2 *' }],
  ['a time zone that there is not', { on: 'cron', schedule: '0 0 * * *', timeZone: 'Mars/Phobos' }],
])('a release with %s is rejected with the reason, and what ran goes on', async (_, trigger) => {
  const release = stage.world.publish({
    version: '2.0.0',
    module: tinyModule({ label: '2.0.0' }),
    patch: { triggers: [trigger] } as never,
  });
  stage.world.want([{ version: '2.0.0', release }]);
  await stage.reached('rejected', '2.0.0');
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'invalid_manifest', running: { version: '1.0.0' } });
  expect(await state()).toBe('GET /state after 1 starts');
});
