import { addCounts, countsSince, type WorkloadSample } from '@wherry/protocol';
import type { InstanceUsage } from '../runtimes/port.ts';

/** From totals since an instance started to what was used in an interval. */
export type Usage = Omit<WorkloadSample, 'app' | 'release'>;

const TOTALS = ['cpuMs', 'calls', 'errors', 'limitsHit', 'sentBytes', 'receivedBytes', 'throttledMs', 'fuel'] as const;

/** Totals that went down are those of a new instance: all of them count. */
export function usageSince(before: InstanceUsage | null, now: InstanceUsage): Usage {
  const isSame = before !== null && TOTALS.every((total) => (now[total] ?? 0) >= (before[total] ?? 0));
  const base = isSame ? before : null;
  const { sentBytes, receivedBytes, throttledMs, fuel, limits } = now;
  return {
    ...now,
    cpuMs: now.cpuMs - (base?.cpuMs ?? 0),
    calls: now.calls - (base?.calls ?? 0),
    errors: now.errors - (base?.errors ?? 0),
    limitsHit: now.limitsHit - (base?.limitsHit ?? 0),
    ...(sentBytes === undefined ? {} : { sentBytes: sentBytes - (base?.sentBytes ?? 0) }),
    ...(receivedBytes === undefined ? {} : { receivedBytes: receivedBytes - (base?.receivedBytes ?? 0) }),
    ...(throttledMs === undefined ? {} : { throttledMs: throttledMs - (base?.throttledMs ?? 0) }),
    ...(fuel === undefined ? {} : { fuel: fuel - (base?.fuel ?? 0) }),
    ...(limits === undefined ? {} : { limits: countsSince(base?.limits ?? {}, limits) }),
  };
}

/** An ended instance and its successor in one interval: totals add up, the rest is the successor's. */
export function addUsage(ended: Usage | undefined, now: Usage): Usage {
  if (!ended) return now;
  const sum = { ...now };
  for (const total of TOTALS)
    if (ended[total] !== undefined || now[total] !== undefined) sum[total] = (ended[total] ?? 0) + (now[total] ?? 0);
  if (ended.limits || now.limits) sum.limits = addCounts(ended.limits ?? {}, now.limits ?? {});
  const peak = Math.max(ended.modulePeakBytes ?? 0, now.modulePeakBytes ?? 0);
  return now.modulePeakBytes === undefined && ended.modulePeakBytes === undefined
    ? sum
    : { ...sum, modulePeakBytes: peak };
}
