import { beforeAll, describe, expect, it } from 'vitest';
import type { TriggerEvent } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { workload } from '../src/runtimes/testing/workload.ts';
import { assemblyScript, wat } from './wasm/compile.ts';
import { runtime, start } from './wasm/start.ts';

/** Guests that take all they can get. Each is stopped, or refused, by the limit that is meant for it, and the agent goes on. */
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const MIB = 1024 * 1024;
const modules: Record<string, string> = {};

/** A module with what the AssemblyScript ABI needs, and `code` as its onCron. */
function handler(name: string, code: string, fields = ''): string {
  return wat(
    name,
    `(module (import "wherry" "log" (func $log (param i32 i32 i32)))
       (memory (export "memory") 1) ${fields}
       (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
       (func (export "__pin") (param i32) (result i32) (local.get 0))
       (func (export "__unpin") (param i32))
       (func $cron (export "onCron") (param i32) ${code}))`,
  );
}

beforeAll(() => {
  modules.loop = handler('loop', '(loop $l (br $l))');
  modules.startLoop = wat('start-loop', '(module (memory (export "memory") 1) (func $s (loop $l (br $l))) (start $s))');
  modules.stack = handler('stack', '(call $cron (i32.const 0))');
  modules.memory = handler(
    'memory',
    '(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65536)))',
  );
  modules.table = handler(
    'table',
    '(loop $l (br_if $l (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))',
    '(table $t 1 funcref)',
  );
  modules.flood = handler('flood', '(loop $l (call $log (i32.const 1) (i32.const 0) (i32.const 60000)) (br $l))');
  modules.wildPointer = handler('wild-pointer', '(call $log (i32.const 1) (i32.const -8) (i32.const 64))');
  modules.prototype = wat(
    'prototype',
    '(module (import "env" "constructor" (func (param i32))) (memory (export "memory") 1))',
  );
  modules.greedy = wat('greedy', '(module (memory (export "memory") 1000))');
  modules.hoarder = assemblyScript(
    'hoarder',
    'const kept: ArrayBuffer[] = []; export function onCron(s: string): void { for (;;) kept.push(new ArrayBuffer(100000)); }',
  );
  modules.kvFlood = assemblyScript(
    'kv-flood',
    'import { kv } from "@sdk"; export function onCron(s: string): void { for (let i = 0; ; i++) kv.set("k" + i.toString(), "v"); }',
  );
  modules.typed = assemblyScript(
    'lying-buffer',
    `export function onHttp(m: string, p: string, q: string, b: ArrayBuffer): ArrayBuffer {
       store<u32>(changetype<usize>(b) - 4, 0x7fffffff);
       return b;
     }`,
  );
}, 120_000);

describe('a guest that does not come back', () => {
  it('is ended at its wall limit, and what waited behind it is told', async () => {
    const { instance } = await start(modules.loop as string, { limits: { wallMs: 300 } });
    const began = performance.now();
    const outcomes = await Promise.all([instance.call(CRON), instance.call(CRON)]);
    expect(performance.now() - began).toBeLessThan(1_500);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }] });
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'wall_limit' });
    expect(await instance.usage()).toMatchObject({ limitsHit: 1 });
  });

  it('is ended at its wall limit in its start function too', async () => {
    const spec = workload(modules.startLoop as string, { limits: { wallMs: 300 } });
    const outcome = await runtime.start(spec, recordingHost());
    expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }] });
  });

  it('gets its share of the processor and no more', async () => {
    const { instance } = await start(modules.loop as string, { limits: { wallMs: 3_000, cpuShare: 0.1 } });
    const before = (await instance.usage()).cpuMs;
    const call = instance.call(CRON);
    await expect.poll(async () => (await instance.usage()).limitsHit, { timeout: 2_500 }).toBeGreaterThan(0);
    const { cpuMs } = await instance.usage();
    await call;
    // A burst of 250 ms is free; then 100 ms a second, looked at every 100 ms.
    expect(cpuMs - before).toBeLessThan(900);
  });
});

describe('a guest that wants all memory', () => {
  it('stops growing at its limit', async () => {
    const { instance } = await start(modules.memory as string, { limits: { memoryBytes: 8 * MIB } });
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    const usage = await instance.usage();
    expect(usage.modulePeakBytes).toBe(8 * MIB);
    expect(usage.memoryBytes).toBeLessThan(128 * MIB);
  });

  it('is told that it was the memory limit when it aborts', async () => {
    const { instance } = await start(modules.hoarder as string, { limits: { memoryBytes: 4 * MIB } });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'memory_limit' }] });
    expect(await instance.usage()).toMatchObject({ errors: 1, limitsHit: 1 });
  });

  it('gets no table beyond the bound', async () => {
    const { instance } = await start(modules.table as string);
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    expect((await instance.usage()).memoryBytes).toBeLessThan(128 * MIB);
  });

  it('is refused when it begins above its limit', async () => {
    const spec = workload(modules.greedy as string);
    expect(await runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'memory_above_limit' }] });
  });
});

describe('a guest that breaks rules', () => {
  it('runs out of stack and nothing else', async () => {
    const { instance } = await start(modules.stack as string);
    for (const _ of [1, 2])
      expect(await instance.call(CRON)).toMatchObject({
        ok: false,
        problems: [{ code: 'guest_error', message: expect.stringContaining('call stack') }],
      });
  });

  it('cannot make the host read outside its memory', async () => {
    const { instance, host } = await start(modules.wildPointer as string);
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'guest_error' }] });
    expect(host.logs).toEqual([]);
  });

  it('cannot make the host copy more than an answer may have', async () => {
    const { instance } = await start(modules.typed as string);
    const event: TriggerEvent = {
      on: 'http',
      method: 'GET',
      path: '/',
      query: '',
      headers: {},
      body: Buffer.from('x'),
    };
    expect(await instance.call(event)).toMatchObject({ ok: false, problems: [{ code: 'guest_error' }] });
  });

  it('cannot import what every object inherits', async () => {
    const spec = workload(modules.prototype as string);
    expect(await runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'import_refused' }] });
  });

  it('floods the log in vain: lines are few, and the gap is told', async () => {
    const { instance, host } = await start(modules.flood as string, { limits: { wallMs: 1_500 } });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }] });
    expect(host.logs.length).toBeLessThan(300);
    expect(host.logs.some(({ text }) => text.includes('lines left out'))).toBe(true);
    expect(Math.max(...host.logs.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(4096);
  });

  it('writes to its store no faster than the device allows', async () => {
    const { instance, host } = await start(modules.kvFlood as string, {
      capabilities: { kv: true },
      limits: { wallMs: 1_000 },
    });
    await instance.call(CRON);
    expect(host.values.size).toBeGreaterThan(10);
    expect(host.values.size).toBeLessThan(600);
  });
});
