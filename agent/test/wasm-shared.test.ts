import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Instance, Runtime, TriggerEvent } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { createWasmRuntime } from '../src/runtimes/wasm/runtime.ts';
import { assemblyScript } from './wasm/compile.ts';

/** Trusted programs in one process: each in a thread of its own, and what befalls one is no silent end of the others. */
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const CRONS = { triggers: [{ on: 'cron', schedule: '* * * * *' }] } as const;
const APPS = ['first', 'second', 'third'];
const modules: Record<string, string> = {};

beforeAll(() => {
  modules.counter = assemblyScript(
    'shared-counter',
    'import { log } from "@sdk"; let calls: i32 = 0; export function onCron(s: string): void { calls++; log.info("call " + calls.toString()); }',
  );
  modules.burner = assemblyScript(
    'shared-burner',
    'let x: f64 = 1; export function onCron(s: string): void { for (let i = 0; i < 60_000_000; i++) x *= 1.0000001; }',
  );
  modules.loop = assemblyScript('shared-loop', 'export function onCron(s: string): void { for (;;) {} }');
}, 120_000);

interface World {
  readonly runtime: Runtime;
  /** Pids of what the runtime started. */
  pids(): number[];
  start(
    app: string,
    module: string,
    overrides?: Overrides,
  ): Promise<{ instance: Instance; told: string[]; lines(): string[] }>;
}

function open(): World {
  const stateDir = mkdtempSync(join(tmpdir(), 'wherry-shared-'));
  const runtime = createWasmRuntime({ stateDir, runnerPool: 0, sharedApps: APPS });
  return {
    runtime,
    pids: () => readdirSync(join(stateDir, 'runners')).map(Number),
    async start(app, module, overrides = {}) {
      const host = recordingHost();
      const told: string[] = [];
      const spec = { ...workload(module, { ...CRONS, ...overrides }), app };
      const outcome = await runtime.start(spec, { ...host, restarted: (reason) => void told.push(reason) });
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
      onTestFinished(() => outcome.value.stop(0));
      return { instance: outcome.value, told, lines: () => host.logs.map(({ text }) => text) };
    },
  };
}

describe('programs that share a process', () => {
  it('are those that the device names, each with its own figures', async () => {
    const world = open();
    const [first, second] = [
      await world.start('first', modules.counter as string),
      await world.start('second', modules.burner as string),
    ];
    expect(world.pids()).toHaveLength(1);
    const apart = await world.start('stranger', modules.counter as string);
    const demanding = await world.start('third', modules.counter as string, { minIsolation: 'process' });
    expect(world.pids()).toHaveLength(3);
    for (const { instance } of [first, second, apart, demanding])
      expect(await instance.call(CRON)).toMatchObject({ ok: true });
    const [idle, busy, own] = [
      await first.instance.usage(),
      await second.instance.usage(),
      await apart.instance.usage(),
    ];
    expect(idle).toMatchObject({ isolation: 'shared', source: 'proc', calls: 1, errors: 0 });
    expect(busy.cpuMs).toBeGreaterThan(idle.cpuMs);
    expect(idle.memoryBytes).toBeGreaterThan(idle.modulePeakBytes as number);
    expect(own.isolation).toBe('process');
    expect(await demanding.instance.usage()).toMatchObject({ isolation: 'process' });
  });

  it('are not ended with one of them that hits a limit', async () => {
    const world = open();
    const loop = await world.start('first', modules.loop as string, { limits: { wallMs: 300 } });
    const other = await world.start('second', modules.counter as string);
    const cpu = await world.start('third', modules.loop as string, { limits: { wallMs: 20_000, cpuTimeMs: 100 } });
    const [pid] = world.pids();
    const ended = Promise.all([loop.instance.call(CRON), cpu.instance.call(CRON)]);
    for (let call = 0; call < 20; call++) expect(await other.instance.call(CRON)).toMatchObject({ ok: true });
    const [wall, time] = await ended;
    expect(wall).toMatchObject({ ok: false, limit: { limit: 'wall' } });
    expect(time).toMatchObject({ ok: false, limit: { limit: 'cpu_time', limitMs: 100 } });
    expect(await other.instance.call(CRON)).toMatchObject({ ok: true });
    expect([world.pids(), other.told]).toEqual([[pid], []]);
    expect(other.lines().at(-1)).toBe('call 21');
  });

  it('begin again when the process is gone, and are told whose doing it may be', async () => {
    const world = open();
    const [first, second] = [
      await world.start('first', modules.loop as string, { limits: { wallMs: 20_000 } }),
      await world.start('second', modules.counter as string),
    ];
    expect(await second.instance.call(CRON)).toMatchObject({ ok: true });
    const [pid] = world.pids() as [number];
    const call = first.instance.call(CRON);
    await expect.poll(async () => (await first.instance.usage()).cpuMs).toBeGreaterThan(20);
    process.kill(pid, 'SIGKILL');
    expect(await call).toMatchObject({ ok: false });
    // The one that was at work is ended as it would be alone; it does not get a second neighbour.
    expect(await first.instance.exited).toMatchObject({ kind: 'crashed' });
    await expect.poll(() => second.told.length).toBe(1);
    expect(second.told[0]).toContain('first');
    expect(await second.instance.call(CRON)).toMatchObject({ ok: true });
    expect(second.lines()).toEqual(['call 1', 'call 1']);
    const again = await world.start('first', modules.counter as string);
    expect(await again.instance.usage()).toMatchObject({ isolation: 'process' });
    expect(await second.instance.usage()).toMatchObject({ isolation: 'shared', errors: 0 });
  });

  it('leave nothing behind when they are stopped', async () => {
    const world = open();
    const only = await world.start('first', modules.counter as string);
    const [pid] = world.pids() as [number];
    await only.instance.stop(2_000);
    expect(await only.instance.exited).toEqual({ kind: 'stopped' });
    await expect.poll(() => threadsOf(pid).filter((name) => name.startsWith('slot-'))).toEqual([]);
  });
});

function threadsOf(pid: number): string[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim());
}
