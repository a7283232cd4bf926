import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openCgroups } from '../src/runtimes/cgroup/open-cgroups.ts';
import { findOwnPlace } from '../src/runtimes/cgroup/own-place.ts';
import type { Scope } from '../src/runtimes/cgroup/port.ts';
import { scopeV2 } from '../src/runtimes/cgroup/v2.ts';
import type { Runtime, TriggerEvent } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { createWasmRuntime } from '../src/runtimes/wasm/runtime.ts';
import { until } from './until.ts';
import { wat } from './wasm/compile.ts';

/** Programs in cgroups of this kernel, whichever version it gives us; without any these are skipped. */
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const MIB = 1024 * 1024;
const tried = openCgroups(true, mkdtempSync(join(tmpdir(), 'wherry-tried-')));
const why = tried.ok ? '' : ` [skipped: ${tried.problems[0]?.message}]`;
const { unified } = findOwnPlace();
const hasUnified = unified !== null && existsSync(join(unified, 'cgroup.procs')) && process.getuid?.() === 0;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A shell command in the scope, entered as a runner enters it. */
function runIn(scope: Scope, command: string): Promise<{ code: number | null; signal: string | null; out: string }> {
  const enter = scope.entries.map((path) => `echo 0 > '${path}'`).join(' && ');
  const child = spawn('/bin/sh', ['-c', `${enter} && ${command}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, out })));
}

describe.skipIf(!tried.ok)(`a scope of this kernel${why}`, () => {
  const make = (stateDir = mkdtempSync(join(tmpdir(), 'wherry-scope-'))) => {
    const opened = openCgroups(true, stateDir);
    if (!opened.ok) throw new Error(opened.problems[0]?.message);
    const scope = opened.value.make();
    onTestFinished(() => {
      scope.kill();
      scope.remove();
    });
    return { cgroups: opened.value, scope };
  };

  it('ends what wants more memory, and knows that it did', async () => {
    const { scope } = make();
    scope.limitMemory(32 * MIB);
    const { code, signal } = await runIn(scope, 'exec head -c 200000000 /dev/zero | tail -c 190000000 > /dev/null');
    expect([code, signal]).not.toEqual([0, null]);
    expect(scope.wasOutOfMemory()).toBe(true);
    scope.limitMemory(64 * MIB);
    scope.limitMemory(16 * MIB);
  });

  it('keeps a busy loop to its share, and knows for how long', async () => {
    const { scope } = make();
    scope.limitCpu(0.1);
    const end = runIn(scope, 'exec sh -c "while :; do :; done"');
    await expect.poll(() => scope.throttledMs(), { timeout: 60_000 }).toBeGreaterThan(100);
    const [usedMs, pausedMs] = [scope.cpuMs() as number, scope.throttledMs()];
    expect(usedMs).toBeGreaterThan(0);
    expect(usedMs).toBeLessThan(pausedMs * 2 + 400);
    scope.kill();
    expect((await end).signal).toBe('SIGKILL');
  });

  it('ends every process in it, and is gone afterwards', async () => {
    const { scope } = make();
    const end = runIn(scope, '(sleep 60 & sleep 60 & echo ready; wait)');
    const procs = scope.entries[0] as string;
    const count = () => readFileSync(procs, 'utf8').trim().split('\n').filter(Boolean).length;
    await expect.poll(count).toBeGreaterThanOrEqual(3);
    scope.kill();
    await end;
    scope.remove();
    await expect.poll(() => scope.entries.some((path) => existsSync(dirname(path))), { timeout: 60_000 }).toBe(false);
  });

  it('lets no process multiply without end', async () => {
    const { scope } = make();
    const { out } = await runIn(
      scope,
      'i=0; while [ $i -lt 200 ]; do sleep 9 > /dev/null & i=$((i+1)); echo $i; done; true',
    );
    expect(out.trim().split('\n').length).toBeLessThan(80);
    scope.kill();
  });

  it('is ended and removed when an earlier agent of the folder left it', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'wherry-left-'));
    const { scope: left } = make(stateDir);
    const { cgroups: next, scope: own } = make(stateDir);
    const end = runIn(left, 'exec sleep 60');
    await expect.poll(() => readFileSync(left.entries[0] as string, 'utf8').trim()).not.toBe('');
    next.cleanUp();
    expect((await end).signal).toBe('SIGKILL');
    await expect.poll(() => existsSync(dirname(left.entries[0] as string)), { timeout: 60_000 }).toBe(false);
    expect(existsSync(dirname(own.entries[0] as string))).toBe(true);
  });
});

describe.skipIf(!tried.ok)(`a program in a scope${why}`, () => {
  const modules: Record<string, string> = {};
  const stateDir = mkdtempSync(join(tmpdir(), 'wherry-scoped-'));
  let runtime: Runtime;

  beforeAll(() => {
    const handler = (name: string, code: string) =>
      wat(
        name,
        `(module (memory (export "memory") 1) (func (export "__new") (param i32 i32) (result i32) (i32.const 1024))
         (func (export "__pin") (param i32) (result i32) (local.get 0)) (func (export "__unpin") (param i32))
         (func (export "onCron") (param i32) ${code}))`,
      );
    modules.idle = handler('scope-idle', '(nop)');
    modules.loop = handler('scope-loop', '(loop $l (br $l))');
    runtime = createWasmRuntime({ stateDir, runnerPool: 1, cgroup: true });
  }, 60_000);
  /** The runner that waits for a module would leave its cgroup behind: another agent ends it. */
  afterAll(async () => {
    const next = openCgroups(true, stateDir);
    if (next.ok) next.value.cleanUp();
    await until('its cgroups are gone', () => ![...findOwnPlace().controllers.values()].some(hasScopes));
  });
  const prefix = `wherry-${createHash('sha256').update(stateDir).digest('hex').slice(0, 8)}-`;
  const hasScopes = (folder: string) => readdirSync(folder).some((name) => name.startsWith(prefix));

  async function start(module: string, overrides: Overrides = {}) {
    const host = recordingHost();
    const outcome = await runtime.start(workload(module, overrides), host);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    onTestFinished(() => outcome.value.stop(0));
    return { instance: outcome.value, host };
  }

  it('meets a release that demands one, and is measured by it', async () => {
    expect(runtime.features.isolation).toBe('scope');
    const { instance } = await start(modules.idle as string, { minIsolation: 'scope' });
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    const usage = await instance.usage();
    expect(usage).toMatchObject({ source: 'cgroup', isolation: 'scope', calls: 1, errors: 0 });
    expect(usage.memoryBytes).toBeGreaterThan(1 * MIB);
    expect(usage.cpuMs).toBeGreaterThan(1);
  });

  it('is paused by the kernel, and ended by its other limits as anywhere', async () => {
    const limits = { cpuShare: 0.1, cpuTimeMs: 150, wallMs: 20_000 };
    const { instance, host } = await start(modules.loop as string, { limits });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'cpu_limit' }] });
    const usage = await instance.usage();
    expect(usage).toMatchObject({ limits: { cpu_time: 1 } });
    expect(usage.cpuMs).toBeGreaterThanOrEqual(150);
    expect(host.limits).toContainEqual(expect.objectContaining({ limit: 'cpu_time', limitMs: 150 }));
  });
});

describe.skipIf(!hasUnified)('a scope of version 2', () => {
  it('is entered, measured and ended through the files of the kernel', async () => {
    const scope = scopeV2(join(unified as string, `wherry-test-${process.pid}`));
    onTestFinished(() => scope.remove());
    const end = runIn(scope, 'exec sh -c "while :; do :; done"');
    await expect.poll(() => scope.cpuMs(), { timeout: 60_000 }).toBeGreaterThan(20);
    scope.kill();
    expect((await end).signal).toBe('SIGKILL');
  });
});

it('writes limits of version 2 as its documentation has them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-v2-'));
  const there = join(folder, 'scope');
  mkdirSync(there);
  const files = { 'memory.swap.max': 'max', 'memory.max': 'max', 'cpu.max': 'max 100000', 'memory.oom.group': '0' };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(there, name), text);
  writeFileSync(join(there, 'memory.current'), '9000\n');
  writeFileSync(join(there, 'memory.stat'), 'anon 1\ninactive_file 4000\n');
  writeFileSync(join(there, 'memory.events'), 'oom 1\noom_kill 1\n');
  const scope = scopeV2(there);
  scope.limitMemory(5 * MIB);
  scope.limitCpu(0.25);
  const read = (name: string) => readFileSync(join(there, name), 'utf8');
  expect(Object.keys(files).map(read)).toEqual(['0', String(5 * MIB), '250000 1000000', '1']);
  expect([scope.memoryBytes(), scope.wasOutOfMemory()]).toEqual([5_000, true]);
});
