import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TriggerEvent } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { workload } from '../src/runtimes/testing/workload.ts';
import { c, wat } from './wasm/compile.ts';
import { runtime, start } from './wasm/start.ts';

/** Each limit by a guest that hits it: the code, which limit it was, how far it went, and that it is told and counted by name. */
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const CRONS = { triggers: [{ on: 'cron', schedule: '* * * * *' }], capabilities: { kv: true } } as const;
const PROGRAM = { abi: 'wasi-p1', ...CRONS } as const;
const modules: Record<string, string> = {};

function handler(name: string, code: string, fields = ''): string {
  return wat(
    name,
    `(module (import "wherry" "kv_get" (func $get (param i32 i32 i32 i32) (result i32)))
       (memory (export "memory") 1) ${fields}
       (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
       (func (export "__pin") (param i32) (result i32) (local.get 0))
       (func (export "__unpin") (param i32))
       (func $cron (export "onCron") (param i32) ${code}))`,
  );
}

beforeAll(() => {
  modules.loop = handler('limits-loop', '(loop $l (br $l))');
  modules.once = handler(
    'limits-once',
    '(if (i32.eqz (i32.load (i32.const 0))) (then (i32.store (i32.const 0) (i32.const 1)) (loop $l (br $l))))',
  );
  modules.startLoop = wat(
    'limits-start',
    '(module (memory (export "memory") 1) (func $s (loop $l (br $l))) (start $s))',
  );
  modules.stack = handler('limits-stack', '(call $cron (i32.const 0))');
  modules.asks = handler(
    'limits-asks',
    '(local $i i32) (loop $l (drop (call $get (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0))) (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_s (local.get $i) (i32.const 30))))',
  );
  modules.naps = c(
    'limits-naps',
    `#include <time.h>
int main(void) {
  struct timespec nap = { 0, 20000000 };
  for (;;) { for (volatile int i = 0; i < 3000000; i++) { } nanosleep(&nap, 0); }
}`,
  );
  modules.files = c(
    'limits-files',
    `#include <fcntl.h>
#include <unistd.h>
int main(void) {
  for (int i = 0; i < 1000; i++) if (open("/data/f", O_CREAT | O_WRONLY, 0600) < 0) break;
  return 0;
}`,
  );
  modules.disk = c(
    'limits-disk',
    `#include <fcntl.h>
#include <unistd.h>
static char block[65536];
int main(void) {
  int fd = open("/data/big", O_CREAT | O_WRONLY, 0600);
  while (write(fd, block, sizeof block) > 0) ;
  return 0;
}`,
  );
}, 120_000);

describe('CPU time of a call', () => {
  it('is spent by a loop, and the call is ended for it', async () => {
    const { instance, host } = await start(modules.loop as string, {
      ...CRONS,
      limits: { wallMs: 20_000, cpuTimeMs: 100 },
    });
    const hit = { limit: 'cpu_time', limitMs: 100, usedMs: expect.any(Number) };
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'cpu_limit' }], limit: hit });
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'cpu_limit', limit: hit });
    expect(await instance.usage()).toMatchObject({ errors: 1, limitsHit: 1, limits: { cpu_time: 1 } });
    expect(host.limits).toMatchObject([hit]);
  });

  it('does not come back by sleeping', async () => {
    const { instance } = await start(modules.naps as string, {
      ...PROGRAM,
      limits: { wallMs: 20_000, cpuTimeMs: 150 },
    });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, limit: { limit: 'cpu_time', limitMs: 150 } });
  });
});

describe('fuel of a call', () => {
  const limits = { fuel: 1_000_000 };

  it('is used up by a loop, always at the same count, and the program goes on', async () => {
    const { instance, host } = await start(modules.once as string, { ...CRONS, limits });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'fuel_limit' }] });
    // A new instance begins with fresh memory, and so hits the limit again.
    expect(await instance.call(CRON)).toMatchObject({ ok: false, limit: { limit: 'fuel', limitFuel: 1_000_000 } });
    const [first, second] = host.limits;
    expect(second).toEqual(first);
    expect(first).toMatchObject({ limit: 'fuel', usedFuel: expect.any(Number) });
    expect(await instance.usage()).toMatchObject({ calls: 2, errors: 2, limits: { fuel: 2 } });
    expect(await instance.probe()).toMatchObject({ ok: true });
  });

  it('ends a start function too', async () => {
    const spec = workload(modules.startLoop as string, { ...CRONS, limits });
    expect(await runtime.start(spec, recordingHost())).toMatchObject({ ok: false, problems: [{ code: 'fuel_limit' }] });
  });
});

describe('other limits', () => {
  it('says how long a call ran and what it was allowed', async () => {
    const { instance, host } = await start(modules.loop as string, { ...CRONS, limits: { wallMs: 200 } });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }] });
    expect(host.limits).toMatchObject([{ limit: 'wall', limitMs: 200, usedMs: expect.any(Number) }]);
    expect((host.limits[0] as { usedMs: number }).usedMs).toBeGreaterThanOrEqual(199);
  });

  it('holds back host calls above the rate of the release, and says how many', async () => {
    const overrides = { ...CRONS, limits: { hostCallsPerSecond: 20 } };
    const { instance, host } = await start(modules.asks as string, overrides);
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    expect(host.limits).toMatchObject([{ limit: 'host_calls', limitPerSecond: 20, heldBack: expect.any(Number) }]);
    expect(await instance.usage()).toMatchObject({ errors: 0, limits: { host_calls: 1 } });
  });

  it('names a full stack', async () => {
    const { instance, host } = await start(modules.stack as string, CRONS);
    expect(await instance.call(CRON)).toMatchObject({
      ok: false,
      problems: [{ code: 'guest_error' }],
      limit: { limit: 'stack' },
    });
    expect(host.limits).toEqual([{ limit: 'stack' }]);
  });

  it('counts opens and writes that were refused', async () => {
    const dataPath = () => mkdtempSync(join(tmpdir(), 'wherry-limits-'));
    const capabilities = { dataBytes: 1024 * 1024 };
    const open = await start(modules.files as string, { ...PROGRAM, capabilities, dataPath: dataPath() });
    expect(await open.instance.call(CRON)).toMatchObject({ ok: true });
    expect(open.host.limits).toMatchObject([{ limit: 'open_files' }]);
    const written = await start(modules.disk as string, { ...PROGRAM, capabilities, dataPath: dataPath() });
    expect(await written.instance.call(CRON)).toMatchObject({ ok: true });
    expect(written.host.limits).toMatchObject([{ limit: 'disk', limitBytes: 1024 * 1024 }]);
    expect((written.host.limits[0] as { usedBytes: number }).usedBytes).toBeGreaterThan(1024 * 1024);
  });

  it('measures the fuel of calls that stay within it', async () => {
    const { instance } = await start(modules.asks as string, {
      ...CRONS,
      capabilities: { kv: true },
      limits: { fuel: 100_000 },
    });
    await instance.call(CRON);
    const { fuel: one } = await instance.usage();
    await instance.call(CRON);
    expect(one).toBeGreaterThan(30 * 5);
    expect(await instance.usage()).toMatchObject({ fuel: (one as number) * 2, limitsHit: 0 });
  });
});
