import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outbox } from '../src/link/port.ts';
import type { InstanceUsage } from '../src/runtimes/port.ts';
import type { RunningWorkload, UsageSampler } from '../src/usage/options.ts';
import { createUsageSampler } from '../src/usage/sampler.ts';
import { createMemoryOutbox } from './memory-outbox.ts';
import { until } from './until.ts';

const BOOT = 'a'.repeat(32);
const RELEASE = `sha256:${'1'.repeat(64)}`;
let dataPath: string;
let outbox: Outbox;
let running: RunningWorkload[];
let sampler: UsageSampler;

beforeEach(() => {
  dataPath = mkdtempSync(join(tmpdir(), 'wherry-usage-'));
  outbox = createMemoryOutbox(BOOT);
  running = [];
  sampler = createUsageSampler({
    dataPath,
    outbox,
    running: () => running,
    log: pino({ level: 'silent' }),
    everyMs: 3_600_000,
    firstAfterMs: 20,
  });
});
afterEach(() => {
  sampler.stop();
  rmSync(dataPath, { recursive: true });
});

function samples() {
  return outbox.peek(100).map((row) => {
    if (row.entry.kind !== 'usage') throw new Error('only usage was put in');
    return sample.parse({ seq: row.seq, ...row.entry.sample });
  });
}

function instance(usage: Partial<InstanceUsage>) {
  const totals: InstanceUsage = {
    source: 'proc',
    isolation: 'process',
    cpuMs: 0,
    memoryBytes: 1,
    calls: 0,
    errors: 0,
    limitsHit: 0,
  };
  return { usage: async () => ({ ...totals, ...usage }) };
}

test('the first sample of this machine comes soon after the start, and makes sense', async () => {
  sampler.start();
  await until('a sample', () => outbox.size() === 1);
  const [first] = samples();
  expect(first?.host?.memoryTotalBytes).toBeGreaterThan(first?.host?.memoryUsedBytes ?? 0);
  expect(first?.host?.memoryUsedBytes).toBeGreaterThan(first?.host?.agentMemoryBytes ?? 0);
  expect(first?.host?.diskTotalBytes).toBeGreaterThan(0);
  expect(first?.host?.agentMemoryBytes).toBeGreaterThan(1024 * 1024);
  expect(first?.toMs).toBeGreaterThan(first?.fromMs ?? 0);
});

test('work is seen: the share of the cores and the time of the agent go up', async () => {
  sampler.start();
  await sampler.sampleNow();
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 150_000) Math.sqrt(Math.random());
  await sampler.sampleNow();
  const host = samples().at(-1)?.host;
  expect(host?.cpuShare).toBeGreaterThan(0.05);
  expect(host?.agentCpuMs).toBeGreaterThan(100);
});

test('a desired state that asks for more frequent samples is obeyed at once', async () => {
  sampler.start();
  sampler.setEvery(30);
  await until('several samples', () => outbox.size() >= 4);
});

test('a workload is counted over restarts of its instance, and after its end', async () => {
  const [first, second] = [instance({ cpuMs: 100, calls: 4 }), instance({ cpuMs: 30, calls: 1 })];
  const workload = (of: RunningWorkload['instance']): RunningWorkload => ({
    app: 'thermostat',
    release: RELEASE,
    instance: of,
  });
  running = [workload(first)];
  await sampler.sampleNow();
  first.usage = instance({ cpuMs: 150, calls: 6 }).usage;
  await sampler.settle(workload(first));
  running = [workload(second)];
  await sampler.sampleNow();
  second.usage = instance({ cpuMs: 31, calls: 2 }).usage;
  await sampler.settle(workload(second));
  running = [];
  await sampler.sampleNow();
  await sampler.sampleNow();
  expect(samples().map(({ workloads }) => workloads.map(({ cpuMs, calls }) => [cpuMs, calls]))).toEqual([
    [[100, 4]],
    [[80, 3]],
    [[1, 1]],
    [],
  ]);
});

test('a workload that gives no figures, or senseless ones, does not take the others with it', async () => {
  const of = (app: string, usage: RunningWorkload['instance']['usage']) => ({
    app,
    release: RELEASE,
    instance: { usage },
  });
  running = [
    of('gone', () => Promise.reject(new Error('engine gone'))),
    of('senseless', instance({ cpuMs: Number.NaN }).usage),
    of('negative', instance({ memoryBytes: -1 }).usage),
    of('well', instance({ cpuMs: 7 }).usage),
  ];
  await sampler.sampleNow();
  expect(samples()[0]?.workloads.map(({ app }) => app)).toEqual(['well']);
});

test('a machine without /proc still says what its workloads use', async () => {
  const bare = createUsageSampler({
    dataPath: '/nowhere',
    procPath: '/nowhere',
    sysPath: '/nowhere',
    outbox,
    running: () => [{ app: 'well', release: RELEASE, instance: instance({ cpuMs: 7 }) }],
    log: pino({ level: 'silent' }),
    everyMs: 3_600_000,
  });
  await bare.sampleNow();
  expect(samples()[0]).toMatchObject({ workloads: [{ app: 'well', cpuMs: 7 }] });
  expect(samples()[0]?.host).toBeUndefined();
});
