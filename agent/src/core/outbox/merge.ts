import { addCounts, type ReportBody, type Sample } from '@wherry/protocol';

/** Two neighbouring contents as one. The second is the later one. */

export type SampleBody = Omit<Sample, 'seq' | 'firstSeq'>;
type WorkloadSample = Sample['workloads'][number];
type StateBody = Extract<ReportBody, { type: 'state' }>;

export function mergeSamples(a: SampleBody, b: SampleBody): SampleBody {
  const host = joinHosts(a, b);
  const merged = new Map<string, WorkloadSample>();
  for (const part of [...a.workloads, ...b.workloads]) {
    const key = `${part.app} ${part.release}`;
    const earlier = merged.get(key);
    merged.set(key, earlier === undefined ? part : addSamples(earlier, part));
  }
  return {
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    ...(host === undefined ? {} : { host }),
    workloads: [...merged.values()],
  };
}

/** Levels are the later ones; what is of the whole span is of both. */
function joinHosts(a: SampleBody, b: SampleBody): Sample['host'] {
  if (a.host === undefined || b.host === undefined) return b.host ?? a.host;
  const [aMs, bMs] = [Math.max(1, a.toMs - a.fromMs), Math.max(1, b.toMs - b.fromMs)];
  return {
    ...b.host,
    cpuShare: (a.host.cpuShare * aMs + b.host.cpuShare * bMs) / (aMs + bMs),
    agentCpuMs: a.host.agentCpuMs + b.host.agentCpuMs,
  };
}

/** Counts add up; levels keep the higher one. */
function addSamples(a: WorkloadSample, b: WorkloadSample): WorkloadSample {
  return {
    ...b,
    cpuMs: a.cpuMs + b.cpuMs,
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    limitsHit: a.limitsHit + b.limitsHit,
    ...higher('modulePeakBytes', a, b),
    ...higher('callP50Ms', a, b),
    ...higher('callP99Ms', a, b),
    ...sum('sentBytes', a, b),
    ...sum('receivedBytes', a, b),
    ...sum('throttledMs', a, b),
    ...sum('fuel', a, b),
    ...(a.limits || b.limits ? { limits: addCounts(a.limits ?? {}, b.limits ?? {}) } : {}),
  };
}

type OptionalFigure =
  | 'modulePeakBytes'
  | 'callP50Ms'
  | 'callP99Ms'
  | 'sentBytes'
  | 'receivedBytes'
  | 'throttledMs'
  | 'fuel';

function higher(key: OptionalFigure, a: WorkloadSample, b: WorkloadSample) {
  const known = [a[key], b[key]].filter((value) => value !== undefined);
  return known.length === 0 ? {} : { [key]: Math.max(...known) };
}

function sum(key: OptionalFigure, a: WorkloadSample, b: WorkloadSample) {
  return a[key] === undefined && b[key] === undefined ? {} : { [key]: (a[key] ?? 0) + (b[key] ?? 0) };
}

/** The later difference wins, app by app; a full state makes the earlier one void. */
export function mergeStates(a: StateBody, b: StateBody): StateBody {
  const conflict = b.conflict ?? (a.generation === b.generation ? a.conflict : undefined);
  if (b.full === true) return { ...b, ...(conflict === undefined ? {} : { conflict }) };
  const inventory = b.inventory ?? a.inventory;
  return {
    type: 'state',
    generation: b.generation,
    workloads: { ...a.workloads, ...b.workloads },
    ...(inventory === undefined ? {} : { inventory }),
    ...(a.full === undefined ? {} : { full: a.full }),
    ...(conflict === undefined ? {} : { conflict }),
  };
}
