import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trigger } from '@wherry/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Instance, TriggerEvent } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { createWasmRuntime, type WasmRuntimeOptions } from '../src/runtimes/wasm/runtime.ts';
import { assemblyScript, c, wat } from './wasm/compile.ts';

/** Runners that are started ahead, and programs that are parked: the same guest, the same limits, fewer processes. */
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const ON_CRON: Trigger[] = [{ on: 'cron', schedule: '* * * * *' }];
const MIB = 1024 * 1024;
const WITHIN = { timeout: 60_000 };
const modules: Record<string, string> = {};

beforeAll(() => {
  modules.counter = assemblyScript(
    'warm-counter',
    `import { log } from "@sdk"; let calls = 0;
     export function onCron(s: string): void { log.info("call " + (++calls).toString()); }
     export function onHealth(): i32 { return 0; }`,
  );
  modules.program = c(
    'warm-program',
    '#include <stdio.h>\nstatic int calls; int main(void) { printf("call %d\\n", ++calls); return 0; }',
  );
  modules.grower = wat(
    'warm-grower',
    `(module (memory (export "memory") 1) (table $t 1 funcref)
       (func (export "onStart")
         (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
         (loop $m (br_if $m (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))))`,
  );
}, 60_000);

/** The process waits in a system call on descriptor 3, its channel (proc_pid_syscall(5)). */
function isWaiting(pid: number): boolean {
  return /^\d+ 0x3 /.test(readFileSync(`/proc/${pid}/syscall`, 'utf8'));
}

interface Stage {
  start(module: string, overrides?: Overrides): Promise<{ instance: Instance; logs(): string[] }>;
  /** Pids of the runners that live. */
  runners(): number[];
}

function stage(options: Omit<WasmRuntimeOptions, 'stateDir'>): Stage {
  const stateDir = mkdtempSync(join(tmpdir(), 'wherry-warm-'));
  const runtime = createWasmRuntime({ stateDir, ...options });
  return {
    async start(module, overrides = {}) {
      const host = recordingHost();
      const outcome = await runtime.start(workload(modules[module] as string, overrides), host);
      if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
      const instance = outcome.value;
      onTestFinished(() => instance.stop(0));
      return { instance, logs: () => host.logs.map(({ text }) => text) };
    },
    runners: () => readdirSync(join(stateDir, 'runners')).map(Number),
  };
}

describe('a runner that was started ahead', () => {
  it('is taken by the next start, has its limits, and is replaced', async () => {
    const { start, runners } = stage({ runnerPool: 1 });
    await start('counter');
    await expect.poll(() => runners().filter(isWaiting).length, WITHIN).toBe(2);
    // What a runner said before it began to wait has arrived once the event loop has been round.
    await new Promise(setImmediate);
    const before = runners();
    const { instance } = await start('grower', { limits: { memoryBytes: 8 * MIB } });
    // The second runner was there before: no process was started for this module.
    expect(runners().every((pid) => before.includes(pid))).toBe(true);
    expect(await instance.call({ on: 'start' })).toMatchObject({ ok: true });
    const usage = await instance.usage();
    expect(usage.modulePeakBytes).toBe(8 * MIB);
    expect(usage.memoryBytes).toBeLessThan(64 * MIB);
    await expect.poll(() => runners().filter(isWaiting).length, WITHIN).toBe(3);
    for (const pid of runners()) {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
      expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max data size\s+\d+\s+\d+/);
    }
  });

  it('is not made when none is wanted', async () => {
    const { start, runners } = stage({ runnerPool: 0 });
    const { instance } = await start('counter');
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    expect(runners()).toHaveLength(1);
  });

  it('refuses a module whose bytes have changed on disk', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'wherry-warm-'));
    const runtime = createWasmRuntime({ stateDir, runnerPool: 1 });
    const spec = workload(modules.counter as string, { digest: `sha256:${'0'.repeat(64)}` });
    expect(await runtime.start(spec, recordingHost())).toMatchObject({ problems: [{ code: 'digest_mismatch' }] });
  });
});

describe('a program that nothing calls', () => {
  it('is parked, answers its next trigger, and its figures go on', async () => {
    const { start, runners } = stage({ runnerPool: 0, parkAfterMs: 100 });
    const { instance, logs } = await start('program', { abi: 'wasi-p1', triggers: ON_CRON });
    await instance.call(CRON);
    const { cpuMs } = await instance.usage();
    await expect.poll(() => runners(), WITHIN).toEqual([]);
    expect(await instance.usage()).toMatchObject({ calls: 1, memoryBytes: 0 });
    expect(await instance.probe()).toMatchObject({ ok: true });
    expect(await Promise.all([instance.call(CRON), instance.call(CRON)])).toMatchObject([{ ok: true }, { ok: true }]);
    const usage = await instance.usage();
    expect(usage).toMatchObject({ calls: 3, errors: 0, limitsHit: 0 });
    expect(usage.cpuMs).toBeGreaterThanOrEqual(cpuMs);
    expect(logs()).toEqual(['call 1', 'call 1', 'call 1']);
    await expect.poll(() => runners(), WITHIN).toEqual([]);
    await instance.stop(1_000);
    expect(await instance.exited).toEqual({ kind: 'stopped' });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'unavailable' }] });
  });

  it('is stopped in the middle of waking', async () => {
    const { start, runners } = stage({ runnerPool: 0, parkAfterMs: 100 });
    const { instance } = await start('program', { abi: 'wasi-p1', triggers: ON_CRON });
    await expect.poll(() => runners(), WITHIN).toEqual([]);
    const call = instance.call(CRON);
    await instance.stop(1_000);
    expect(await call).toMatchObject({ ok: false, problems: [{ code: 'unavailable' }] });
    expect(await instance.exited).toEqual({ kind: 'stopped' });
    expect(runners()).toEqual([]);
  });

  it('stays when it keeps variables, unless its manifest says otherwise, and when it has a start', async () => {
    const { start, runners } = stage({ runnerPool: 0, parkAfterMs: 100 });
    const kept = await start('counter', { triggers: ON_CRON });
    const parked = await start('counter', { triggers: ON_CRON, idle: 'park' });
    await start('program', { abi: 'wasi-p1', triggers: [...ON_CRON, { on: 'start' }] });
    await expect.poll(() => runners().length, WITHIN).toBe(2);
    for (const { instance } of [kept, parked]) for (const _ of [1, 2]) await instance.call(CRON);
    expect(kept.logs()).toEqual(['call 1', 'call 2']);
    await expect.poll(() => runners().length, WITHIN).toBe(2);
    await parked.instance.call(CRON);
    expect(parked.logs()).toEqual(['call 1', 'call 2', 'call 1']);
  });

  it('shares a few places with all others, and none is lost', async () => {
    const { start, runners } = stage({ runnerPool: 1, parkAfterMs: 60_000 });
    const programs: Instance[] = [];
    for (let n = 0; n < 12; n++)
      programs.push((await start('program', { abi: 'wasi-p1', triggers: ON_CRON })).instance);
    for (const _ of [1, 2]) {
      const outcomes = await Promise.all(programs.map((program) => program.call(CRON)));
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
    }
    // Three awake and one ahead.
    await expect.poll(() => runners().length, WITHIN).toBeLessThanOrEqual(4);
    for (const program of programs) expect(await program.usage()).toMatchObject({ calls: 2, errors: 0 });
  });
});

it('is refused by a device that isolates less than the release demands', async () => {
  const runtime = createWasmRuntime({ stateDir: mkdtempSync(join(tmpdir(), 'wherry-warm-')), runnerPool: 0 });
  const spec = workload(modules.counter as string, { minIsolation: 'scope' });
  const refused = { ok: false, problems: [{ code: 'isolation_below' }] };
  expect(await runtime.prepare(spec)).toMatchObject(refused);
  expect(await runtime.start(spec, recordingHost())).toMatchObject(refused);
  const fits = workload(modules.counter as string, { minIsolation: 'process' });
  expect(await runtime.prepare(fits)).toMatchObject({ ok: true });
});
