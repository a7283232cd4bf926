import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { setUpStage } from './agent-stage.ts';
import { type Ear, listenOn } from './broker-ear.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { until } from './until.ts';
import { assemblyScript } from './wasm/compile.ts';

/** A device whose control plane is gone, over restarts and power cuts: its programs, its clock and its own bus go on, and nothing is forgotten. */
const GUEST = `
import { publish } from "@sdk";
export function onMqtt(topic: string, payload: ArrayBuffer): void { publish("out/mqtt", String.UTF8.decode(payload)); }
export function onCron(schedule: string): void { publish("out/cron", schedule); }
`;
const stage = setUpStage();
let bus: Mosquitto;
let ear: Ear;

beforeAll(async () => {
  bus = await createMosquitto({ 'control-plane': 'control-plane' });
  await bus.start();
});
afterAll(() => bus.dispose());
beforeEach(async () => {
  const localBroker = { url: bus.url, username: 'control-plane', password: 'control-plane' };
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ runnerPool: 0, localBroker }));
  ear = await listenOn(bus.url, 'control-plane', ['out/+']);
});
afterEach(() => ear.close());

const heard = (topic: string) =>
  ear.heard.filter((message) => message.topic === topic).map(({ payload }) => `${payload}`);

function waitingRows(): readonly { readonly boot: string; readonly seq: number }[] {
  const db = new Database(join(stage.world.folder, 'state.db'), { readonly: true });
  try {
    return db.prepare<[], { boot: string; seq: number }>('SELECT boot, seq FROM outbox ORDER BY id').all();
  } finally {
    db.close();
  }
}

test('without a control plane, restarted twice: triggers go on, reports wait, and each arrives once', async () => {
  let agent = await stage.start();
  const triggers = [
    { on: 'mqtt', filter: 'sensors/#' },
    { on: 'cron', schedule: '* * * * * *' },
  ];
  const module = readFileSync(assemblyScript('offline', GUEST));
  const capabilities = { mqtt: { publish: ['out/mqtt', 'out/cron'] } };
  const release = stage.world.publish({ version: '1.0.0', module, patch: { triggers, capabilities } as never });
  stage.world.want([{ version: '1.0.0', release }]);
  await stage.reached('healthy', '1.0.0');
  await until('all is told', () => waitingRows().length === 0);

  stage.world.isOffline = true;
  await stage.broker.kill();
  const before = stage.world.items.length;
  for (const life of ['first', 'second']) {
    await agent.kill();
    const ticks = heard('out/cron').length;
    agent = await stage.start();
    await until('the clock ticks', () => heard('out/cron').length > ticks);
    await until('the bus is listened to', () => {
      void ear.say('sensors/hall', life);
      return heard('out/mqtt').some((payload) => payload.includes(life));
    });
  }
  const waiting = waitingRows();
  expect(new Set(waiting.map(({ boot }) => boot)).size).toBe(2);

  stage.world.isOffline = false;
  await stage.broker.start();
  await until('the outbox is empty', () => waitingRows().length === 0);
  const told = stage.world.items.slice(before);
  // The two starts, each with its whole state; a number that came twice is counted once.
  expect(told.filter(({ body }) => body.type === 'state' && body.full === true)).toHaveLength(2);
  expect(told.filter(({ body }) => body.type === 'dropped')).toEqual([]);
  expect(told.length).toBeGreaterThanOrEqual(waiting.length);
  expect(stage.world.statusOf('thermostat')).toMatchObject({ state: 'healthy', version: '1.0.0' });
});
