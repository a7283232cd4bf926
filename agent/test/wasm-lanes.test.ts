import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Trigger } from '@wherry/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CallOutcome, Instance } from '../src/runtimes/port.ts';
import { type RecordingHost, recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { processStartTicks } from '../src/runtimes/wasm/process-usage.ts';
import { createWasmRuntime } from '../src/runtimes/wasm/runtime.ts';
import { c, folder } from './wasm/compile.ts';

/**
 * Several requests at once, each in a runner of its own. The guest is asked with `me.other.ms`: it says in kv that it is here, and
 * holds the request until the other is here too ("met"), or for so long ("alone").
 */
const WITHIN = { timeout: 60_000 };
const LATE_MS = 1_800;
const WALL_MS = 2_500;
let guest: string;

beforeAll(() => {
  guest = c(
    'lanes',
    `#include <stdio.h>
     #include <stdlib.h>
     #include <string.h>
     #include <unistd.h>
     #include "wherry.h"
     static int calls;
     static void say(const char *key) { wherry_kv_set(key, strlen(key), "1", 1); }
     int main(void) {
       if (!getenv("QUERY_STRING")) { printf("call %d\\n", ++calls); return 0; }
       char text[64], mark[1]; snprintf(text, sizeof text, "%s", getenv("QUERY_STRING"));
       char *me = strtok(text, "."), *other = strtok(NULL, ".");
       double until = wherry_now_ms() + atof(strtok(NULL, "."));
       if (!strcmp(me, "spin")) { while (wherry_now_ms() < until) {} say("late"); for (;;) wherry_now_ms(); }
       say(me);
       int met = 0;
       do { met = wherry_kv_get(other, strlen(other), mark, 1) >= 0; } while (!met && wherry_now_ms() < until && !usleep(2000));
       printf("%s", met ? "met" : "alone");
       return 0;
     }`,
  );
}, 60_000);

interface Stage {
  readonly instance: Instance;
  readonly host: RecordingHost;
  ask(query: string, path?: string): Promise<CallOutcome>;
  /** Pids of the runners that live. */
  runners(): number[];
}

async function stage(concurrency: number, overrides: Overrides = {}, parkAfterMs = 60_000): Promise<Stage> {
  const stateDir = mkdtempSync(join(tmpdir(), 'wherry-lanes-'));
  const runtime = createWasmRuntime({ stateDir, runnerPool: 0, parkAfterMs });
  const host = recordingHost();
  const triggers: Trigger[] = [
    { on: 'http', path: '/meet', methods: ['GET'], concurrency },
    { on: 'http', path: '/turn', methods: ['GET'] },
    { on: 'cron', schedule: '* * * * *' },
  ];
  const base: Overrides = { abi: 'wasi-p1', triggers, capabilities: { kv: true }, limits: { wallMs: 20_000 } };
  const started = await runtime.start(workload(guest, { ...base, ...overrides }), host);
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  const instance = started.value;
  onTestFinished(() => instance.stop(0));
  const body = new Uint8Array(0);
  return {
    instance,
    host,
    ask: (query, path = '/meet') => instance.call({ on: 'http', method: 'GET', path, query, headers: {}, body }),
    runners: () => readdirSync(join(stateDir, 'runners')).map(Number),
  };
}

function textOf(outcome: CallOutcome): string {
  return outcome.ok ? Buffer.from(outcome.value.answer?.body ?? []).toString() : (outcome.problems[0]?.code ?? '');
}

describe('requests to a trigger', () => {
  it('with a concurrency of 2 run two at once, and in fresh instances', async () => {
    const { ask, instance } = await stage(2);
    const answers = await Promise.all([ask('a.b.15000'), ask('b.a.15000')]);
    expect(answers.map(textOf)).toEqual(['met', 'met']);
    expect(await instance.usage()).toMatchObject({ calls: 2, errors: 0, limitsHit: 0 });
  });

  it.each([
    ['with a concurrency of 1', 1, '/meet'],
    ['without one beside it', 4, '/turn'],
  ])('%s run one after the other', async (_, concurrency, path) => {
    const { ask } = await stage(concurrency);
    const answers = await Promise.all([ask('a.b.300', path), ask('b.a.300', path)]);
    expect(answers.map(textOf)).toEqual(['alone', 'met']);
  });

  it('run beside calls of other triggers, and have as many runners as they may', async () => {
    const { ask, instance, runners, host } = await stage(4, { idle: 'keep' });
    const ring = Promise.all(['a.b.15000', 'b.c.15000', 'c.d.15000'].map((query) => ask(query)));
    expect(await instance.call({ on: 'cron', schedule: '* * * * *', atMs: 0 })).toMatchObject({ ok: true });
    expect(host.logs.map(({ text }) => text)).toEqual(['call 1']);
    expect(textOf(await ask('d.a.15000'))).toBe('met');
    expect((await ring).map(textOf)).toEqual(['met', 'met', 'met']);
    expect(runners()).toHaveLength(5);
    const burst = await Promise.all(Array.from({ length: 50 }, () => ask('x.x.0')));
    expect(burst.map(textOf)).toEqual(Array.from({ length: 50 }, () => 'met'));
    expect(runners()).toHaveLength(5);
    const usage = await instance.usage();
    expect(usage).toMatchObject({ calls: 55, errors: 0 });
    expect(usage.memoryBytes).toBeGreaterThan(4 * 4 * 1024 * 1024);
  });

  it('share the places of the device with all that may be parked, and their runners end when they are idle', async () => {
    const { ask, runners, instance } = await stage(8, {}, 300);
    const burst = Promise.all(Array.from({ length: 30 }, () => ask('x.x.0')));
    await expect.poll(() => runners().length, { ...WITHIN, interval: 5 }).toBeGreaterThan(1);
    expect(runners().length).toBeLessThanOrEqual(3);
    expect((await burst).every(({ ok }) => ok)).toBe(true);
    const { cpuMs } = await instance.usage();
    await expect.poll(() => runners(), WITHIN).toEqual([]);
    expect(textOf(await ask('x.x.0'))).toBe('met');
    expect((await instance.usage()).cpuMs).toBeGreaterThanOrEqual(cpuMs);
  });
});

describe('a lane', () => {
  it('that reaches a limit ends alone', async () => {
    const { ask, instance, host } = await stage(3, { limits: { wallMs: WALL_MS } });
    const spin = ask(`spin.x.${LATE_MS}`);
    await expect.poll(() => host.values.has('late'), WITHIN).toBe(true);
    const held = ask('a.go.15000');
    expect(await spin).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }], limit: { limit: 'wall' } });
    host.values.set('go', new Uint8Array(1));
    expect(textOf(await held)).toBe('met');
    expect(textOf(await ask('x.x.0'))).toBe('met');
    expect(host.limits).toMatchObject([{ limit: 'wall' }]);
    const usage = await instance.usage();
    expect(usage).toMatchObject({ calls: 3, errors: 1, limits: { wall: 1 } });
    // The runner that was ended is in the sum.
    expect(usage.cpuMs).toBeGreaterThan(LATE_MS / 4);
  });

  it('is one of a program that has crashed, when all fall and none answers', async () => {
    const { ask, instance, runners } = await stage(2, { limits: { wallMs: 300 } });
    const answers = await Promise.all([ask('spin.x.0'), ask('spin.x.0')]);
    expect(answers.map(textOf)).toEqual(['wall_limit', 'wall_limit']);
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'wall_limit' });
    expect(textOf(await ask('x.x.0'))).toBe('unavailable');
    expect(runners()).toEqual([]);
  });

  it('finishes its request when the first instance crashes', async () => {
    const { ask, instance, host } = await stage(2, { limits: { wallMs: WALL_MS } });
    const spin = ask(`spin.x.${LATE_MS}`, '/turn');
    await expect.poll(() => host.values.has('late'), WITHIN).toBe(true);
    const held = ask('a.go.15000');
    expect(textOf(await spin)).toBe('wall_limit');
    expect(textOf(await ask('x.x.0'))).toBe('unavailable');
    host.values.set('go', new Uint8Array(1));
    expect(textOf(await held)).toBe('met');
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'wall_limit' });
  });

  it('finishes its request before an update, or is ended with the program', async () => {
    const { ask, instance, host, runners } = await stage(2);
    const drained = ask('a.go.15000');
    await expect.poll(() => host.values.has('a'), WITHIN).toBe(true);
    expect(await instance.settled?.(50)).toBe(false);
    const settled = instance.settled?.(15_000);
    host.values.set('go', new Uint8Array(1));
    expect([textOf(await drained), await settled]).toEqual(['met', true]);
    const held = ask('b.never.15000');
    await expect.poll(() => host.values.has('b'), WITHIN).toBe(true);
    await instance.stop(0);
    expect(textOf(await held)).toBe('unavailable');
    expect(await instance.exited).toEqual({ kind: 'stopped' });
    expect(runners()).toEqual([]);
  });
});

it('die with the agent, and are found by the next one', async () => {
  const script = join(folder, 'laned-agent.ts');
  const state = join(folder, 'laned-agent');
  const source = resolve(import.meta.dirname, '..', 'src', 'runtimes');
  writeFileSync(
    script,
    `import { createWasmRuntime } from ${JSON.stringify(join(source, 'wasm', 'runtime.ts'))};
     import { workload } from ${JSON.stringify(join(source, 'testing', 'workload.ts'))};
     import { recordingHost } from ${JSON.stringify(join(source, 'testing', 'recording-host.ts'))};
     const http = { on: 'http', path: '/meet', methods: ['GET'], concurrency: 3 };
     const runtime = createWasmRuntime({ stateDir: ${JSON.stringify(state)}, runnerPool: 0 });
     const overrides = { abi: 'wasi-p1', idle: 'keep', triggers: [http], capabilities: { kv: true }, limits: { wallMs: 60000 } };
     const host = recordingHost();
     const started = await runtime.start(workload(${JSON.stringify(guest)}, overrides), host);
     host.kv.set = (key) => process.stdout.write(key);
     for (const me of ['a', 'b', 'c'])
       void started.value.call({ ...http, method: 'GET', query: me + '.never.60000', headers: {}, body: new Uint8Array(0) });`,
  );
  const agent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void agent.kill('SIGKILL'));
  let said = '';
  agent.stdout.on('data', (data) => {
    said += String(data);
  });
  await expect.poll(() => [...said].sort().join(''), WITHIN).toBe('abc');
  const runners = readdirSync(join(state, 'runners')).map(Number);
  expect(runners).toHaveLength(4);
  agent.kill('SIGKILL');
  await expect.poll(() => runners.map((pid) => processStartTicks(pid)), WITHIN).toEqual([null, null, null, null]);
  await createWasmRuntime({ stateDir: state }).cleanUp();
  expect(readdirSync(join(state, 'runners'))).toEqual([]);
});
