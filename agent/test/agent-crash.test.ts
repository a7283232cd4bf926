import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStatus } from '../src/command-line/status.ts';
import { atMost } from '../src/shell/at-most.ts';
import { spawnAgent, startAgent } from './agent-process.ts';
import { APP, makeWorld, type World } from './agent-world.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/**
 * Rule A4: a crash between any two effects converges to the same end; and a device is never left worse: without a network it runs the
 * last good release or the new one. Real processes end by SIGKILL just before their n-th effect; agent-sweep.test.ts takes every n, and
 * every row of crashes, in one process.
 */
const MAIN = fileURLToPath(new URL('./agent-with-fake.ts', import.meta.url));
const AT_ONCE = 3;
/** Each start costs a process: instants are sampled, and offline starts among them. */
const EVERY = 6;
const OFFLINE_EVERY = 2 * EVERY;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-crash-'));
let world: World;
let template: string;
let effects = 0;

beforeAll(async () => {
  world = await makeWorld(null, 'pi-0');
  world.want([{ version: '1.0.0', release: publish('1.0.0') }]);
  await runUntilHealthy(world.folder, '1.0.0');
  template = copyOf(world.folder, 'template');
  world.want([{ version: '2.0.0', release: publish('2.0.0') }]);
  effects = await runUntilHealthy(copyOf(template, 'measured'), '2.0.0');
});
afterAll(async () => {
  await world.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

test('a crash before any effect of an update, then no network, then one', { timeout: 300_000 }, async () => {
  expect(effects).toBeGreaterThan(25);
  const slots = atMost(AT_ONCE);
  const all = Array.from({ length: Math.floor(effects / EVERY) }, (_, at) => (at + 1) * EVERY);
  const each = <T>(run: (n: number) => Promise<T>, ns = all) => Promise.all(ns.map((n) => slots(() => run(n))));

  const crashes = await each((n) => crashAt(n));
  // What begins by chance near the end of the measured run, such as a report's acknowledgement, may not come up again.
  expect(crashes.filter((hasCrashed) => hasCrashed).length).toBeGreaterThan(all.length - 3);

  world.isOffline = true;
  const ran = await each(
    (n) => firstStarted(folderOf(n)),
    all.filter((n) => n % OFFLINE_EVERY === 0),
  );
  expect(ran.every((version) => version === '1.0.0' || version === '2.0.0')).toBe(true);
  expect(new Set(ran)).toEqual(new Set(['1.0.0', '2.0.0']));

  world.isOffline = false;
  await each((n) => runUntilHealthy(folderOf(n), '2.0.0'));
  const ends = new Set(all.map((n) => JSON.stringify(endOf(folderOf(n)))));
  expect(ends).toEqual(new Set([JSON.stringify(endOf(join(scratch, 'measured')))]));
});

const folderOf = (n: number) => join(scratch, `at-${n}`);

async function crashAt(n: number): Promise<boolean> {
  const folder = copyOf(template, `at-${n}`);
  const { child, exit } = spawnAgent(folder, { main: MAIN, env: { WHERRY_CRASH_AT: String(n) } });
  const finished = until('it crashes or finishes', () => child.signalCode !== null || isDone(folder, '2.0.0'));
  await finished;
  const hasCrashed = child.signalCode === 'SIGKILL';
  if (!hasCrashed) child.kill('SIGKILL');
  await exit;
  return hasCrashed;
}

/** What an agent without a network starts first. */
async function firstStarted(folder: string): Promise<string> {
  const { child, out, exit } = spawnAgent(folder, { main: MAIN });
  const started = () => /"startedVersion":"([^"]+)"/.exec(out.stderr)?.[1];
  await until(`something runs in ${folder}: ${out.stderr}`, () => started() !== undefined);
  child.kill('SIGKILL');
  await exit;
  return started() ?? '';
}

/** Answers how many effects it took. */
async function runUntilHealthy(folder: string, version: string): Promise<number> {
  const agent = await startAgent(folder, { main: MAIN });
  await until(`${version} is healthy in ${folder}`, () => isDone(folder, version));
  await agent.stop();
  return Number(/"effects":(\d+)/.exec(agent.stderr())?.[1]);
}

/** Healthy, and nothing is left of the release before. */
function isDone(folder: string, version: string): boolean {
  return isHealthy(folder, version) && files(folder).blobs.length === 1 && files(folder).releases.length === 1;
}

function isHealthy(folder: string, version: string): boolean {
  const app = readStatus(folder).workloads.find((workload) => workload.app === APP);
  return app?.version === version && app.state === 'healthy';
}

function endOf(folder: string) {
  const { generation, workloads } = readStatus(folder);
  return { generation, workloads: workloads.map(({ sinceMs: _at, ...workload }) => workload), ...files(folder) };
}

function files(folder: string) {
  const list = (name: string) => readdirSync(join(folder, name)).sort();
  return {
    blobs: list('blobs').filter((name) => name !== 'partial'),
    partial: list('blobs/partial'),
    releases: list('releases'),
  };
}

function copyOf(folder: string, name: string): string {
  cpSync(folder, join(scratch, name), { recursive: true });
  return join(scratch, name);
}

function publish(version: string): string {
  return world.publish({ version, module: tinyModule({ label: version }), patch: { swap: 'overlap' } as never });
}
