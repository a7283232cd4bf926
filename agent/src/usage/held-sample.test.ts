import { expect, test } from 'vitest';
import { type Held, NOTHING_HELD, take } from './held-sample.ts';
import { HOST_CPU_SHARE, isRemarkable, type Measured } from './remarkable.ts';

const MINUTES = 60_000;
const HOUR = 60 * MINUTES;
const release = `sha256:${'a'.repeat(64)}`;

const host = {
  cpuShare: 0.02,
  memoryUsedBytes: 200e6,
  memoryTotalBytes: 1e9,
  diskUsedBytes: 1e9,
  diskTotalBytes: 8e9,
  temperatureCelsius: 45,
  loadAverage1m: 0.1,
  agentMemoryBytes: 60e6,
  agentCpuMs: 40,
};
const workload = {
  app: 'thermostat',
  release,
  source: 'proc',
  isolation: 'process',
  cpuMs: 30,
  memoryBytes: 10e6,
  calls: 5,
  errors: 0,
  limitsHit: 0,
} as const;

function sampleAt(at: number, patch: object = {}, hostPatch: object = {}): Measured {
  const span = { fromMs: at * 5 * MINUTES, toMs: (at + 1) * 5 * MINUTES };
  return { ...span, host: { ...host, ...hostPatch }, workloads: [{ ...workload, ...patch }] } as unknown as Measured;
}

function run(samples: readonly Measured[], forMs = HOUR) {
  let held: Held = NOTHING_HELD;
  const sent: Measured[] = [];
  for (const sample of samples) {
    const taken = take(held, sample, { forMs, hostCpuShare: HOST_CPU_SHARE.unmetered });
    held = taken.held;
    if (taken.send !== null) sent.push(taken.send);
  }
  return { held, sent };
}

test('an idle day is one sample an hour, and no call, error or millisecond of CPU is lost', () => {
  const day = Array.from({ length: 289 }, (_, at) => sampleAt(at));
  const { sent, held } = run(day);
  expect(sent).toHaveLength(1 + 24);
  const sum = (key: 'calls' | 'cpuMs') =>
    [...sent, ...(held.waiting === null ? [] : [held.waiting])].reduce(
      (all, { workloads }) => all + (workloads[0]?.[key] ?? 0),
      0,
    );
  expect(sum('calls')).toBe(289 * 5);
  expect(sum('cpuMs')).toBe(289 * 30);
  expect(sent.at(-1)?.host?.agentCpuMs).toBe(12 * 40);
});

test('what is sent covers all of the time, without gap or overlap', () => {
  const { sent } = run(Array.from({ length: 100 }, (_, at) => sampleAt(at, at === 40 ? { errors: 1 } : {})));
  for (const [at, sample] of sent.entries()) expect(sample.fromMs).toBe(at === 0 ? 0 : sent[at - 1]?.toMs);
});

test.each<[string, object, object]>([
  ['an error', { errors: 1 }, {}],
  ['a limit that was hit', { limitsHit: 1 }, {}],
  ['another release', { release: `sha256:${'b'.repeat(64)}` }, {}],
  ['work', { cpuMs: 60_000 }, {}],
  ['memory that grew', { memoryBytes: 20e6 }, {}],
  ['memory that was given back', { memoryBytes: 2e6 }, {}],
  ['more calls', { calls: 50 }, {}],
  ['calls that stay away', { calls: 0 }, {}],
  ['a busy host', {}, { cpuShare: 0.6 }],
  ['a full disk', {}, { diskUsedBytes: 7e9 }],
  ['a hot processor', {}, { temperatureCelsius: 70 }],
])('%s is told at once, with what was held back', (_what, patch, hostPatch) => {
  const { sent, held } = run([sampleAt(0), sampleAt(1), sampleAt(2), sampleAt(3, patch, hostPatch)]);
  expect(sent.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [0, 5 * MINUTES],
    [5 * MINUTES, 20 * MINUTES],
  ]);
  expect(held.waiting).toBeNull();
});

test.each<[string, object, object]>([
  ['a call more', { calls: 6 }, {}],
  ['a few pages', { memoryBytes: 11e6 }, {}],
  ['a degree', {}, { temperatureCelsius: 47 }],
])('%s is not', (_what, patch, hostPatch) => {
  expect(isRemarkable(sampleAt(0), sampleAt(1, patch, hostPatch))).toBe(false);
});

test('who asks for each sample gets each', () => {
  expect(run([sampleAt(0), sampleAt(1), sampleAt(2)], 0).sent).toHaveLength(3);
});

test('a clock that was set back holds nothing for ever', () => {
  const { sent } = run([sampleAt(1000), sampleAt(1001), sampleAt(2), sampleAt(3)]);
  expect(sent.length).toBeGreaterThan(1);
});

test('where bytes cost money, how busy the host is has to change by more to be news', () => {
  const [idle, busy, full] = [sampleAt(0), sampleAt(1, {}, { cpuShare: 0.3 }), sampleAt(1, {}, { cpuShare: 0.4 })];
  expect([busy, full].map((now) => isRemarkable(idle, now, HOST_CPU_SHARE.metered))).toEqual([false, true]);
  expect([busy, full].map((now) => isRemarkable(idle, now))).toEqual([true, true]);
});
