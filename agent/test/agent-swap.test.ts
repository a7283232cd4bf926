import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { AgentProcess } from './agent-process.ts';
import { childrenOf, setUpStage } from './agent-stage.ts';
import { APP } from './agent-world.ts';
import { until } from './until.ts';
import { assemblyScript } from './wasm/compile.ts';

/**
 * Updates under load, through the whole agent with real runners: a counter that nobody loses a call of. Each answer tells which
 * version gave it and which count that was.
 */
const counter = (version: string, load: string, health = '0') => `
import { respond } from "@sdk";
let count: i64 = 0;
export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
  count++;
  return respond(200, "${version} " + count.toString());
}
export function onHealth(): i32 { return ${health}; }
export function onSave(): ArrayBuffer {
  const state = new ArrayBuffer(8);
  store<i64>(changetype<usize>(state), count);
  return state;
}
export function onLoad(state: ArrayBuffer): void { ${load} }
`;
const LOADS = 'assert(state.byteLength == 8); count = load<i64>(changetype<usize>(state));';
const TRIGGERS = [{ on: 'http', path: '/count', methods: ['GET'] }];

const stage = setUpStage();
const modules = new Map<string, Buffer>();
let agent: AgentProcess;

beforeAll(() => {
  const make = (name: string, source: string) =>
    modules.set(name, readFileSync(assemblyScript(`swap-${name}`, source)));
  make('one', counter('one', LOADS));
  make('two', counter('two', LOADS));
  make('deaf', counter('deaf', 'assert(false, "an unknown format");'));
  make('sick', counter('sick', LOADS, '1'));
  make('huge', counter('huge', LOADS).replace('new ArrayBuffer(8)', 'new ArrayBuffer(300 * 1024)'));
});

beforeEach(async () => {
  writeFileSync(join(stage.world.folder, 'agent.json'), JSON.stringify({ http: { port: 0 }, runnerPool: 0 }));
  agent = await stage.start();
});

async function want(name: string, version: string, patch: object = {}): Promise<void> {
  const module = modules.get(name);
  if (module === undefined) throw new Error(`no module ${name}`);
  const release = stage.world.publish({ version, module, patch: { triggers: TRIGGERS, ...patch } as never });
  stage.world.want([{ version, release }]);
}

interface Load {
  readonly answers: string[];
  readonly refusals: number[];
  stop(): Promise<void>;
}

/** Clients that ask as fast as they are answered. */
function hammer(clients = 4): Load {
  const answers: string[] = [];
  const refusals: number[] = [];
  let isOver = false;
  const ask = async () => {
    while (!isOver) {
      const response = await fetch(`${agent.ready.http}/${APP}/count`);
      const text = await response.text();
      if (response.status === 200) answers.push(text);
      else refusals.push(response.status);
    }
  };
  const asking = Array.from({ length: clients }, ask);
  const stop = async () => {
    isOver = true;
    await Promise.all(asking);
  };
  return { answers, refusals, stop };
}

const countsOf = (answers: readonly string[]) =>
  answers.map((text) => Number(text.split(' ')[1])).sort((a, b) => a - b);
const oneToN = (n: number) => Array.from({ length: n }, (_, at) => at + 1);

test('an update under load refuses no request, loses no count and makes none twice', async () => {
  await want('one', '1.0.0');
  await stage.reached('healthy', '1.0.0');
  const load = hammer();
  await until('the old one counts', () => load.answers.length > 50);
  await want('two', '2.0.0');
  await stage.reached('healthy', '2.0.0');
  const seen = load.answers.length;
  await until('the new one counts', () => load.answers.length > seen + 50);
  await load.stop();
  expect(load.refusals).toEqual([]);
  expect(countsOf(load.answers)).toEqual(oneToN(load.answers.length));
  const by = (version: string) => load.answers.filter((text) => text.startsWith(version));
  expect(by('one').length).toBeGreaterThan(50);
  expect(by('two').length).toBeGreaterThan(50);
  await until('the old runner is gone', () => childrenOf(agent.pid).length === 1);
});

test.each([
  ['does not take the state', 'deaf'],
  ['does not pass its health check', 'sick'],
])('a release that %s goes back, and the old one has counted on all the time', async (_, name) => {
  await want('one', '1.0.0');
  await stage.reached('healthy', '1.0.0');
  const load = hammer();
  await until('the old one counts', () => load.answers.length > 50);
  await want(name, '2.0.0');
  await stage.reached('reverted', '2.0.0');
  const seen = load.answers.length;
  await until('it counts on', () => load.answers.length > seen + 50);
  await load.stop();
  expect(stage.world.statusOf(APP)).toMatchObject({ code: 'health_failed', running: { version: '1.0.0' } });
  expect(load.refusals).toEqual([]);
  expect(countsOf(load.answers)).toEqual(oneToN(load.answers.length));
  expect(load.answers.every((text) => text.startsWith('one'))).toBe(true);
});

test('a state above the bound stays where it is; swap: restart leaves it behind', async () => {
  await want('huge', '1.0.0');
  await stage.reached('healthy', '1.0.0');
  await want('two', '2.0.0');
  await stage.reached('reverted', '2.0.0');
  const answer = await (await fetch(`${agent.ready.http}/${APP}/count`)).text();
  expect(answer).toBe('huge 1');
  await want('two', '3.0.0', { swap: 'restart' });
  await stage.reached('healthy', '3.0.0');
  expect(await (await fetch(`${agent.ready.http}/${APP}/count`)).text()).toBe('two 1');
});
