import { type UsagePoint, type WorkloadFigures, workloadFigures } from '@wherry/protocol';
import type { Selectable } from 'kysely';
import type { UsageSample } from '../port/usage.ts';
import type { Tables } from './tables.ts';

/** One interval in numbers that compare between hosts and apps. */
export function figuresOf(tenant: string, sample: UsageSample): Tables['usage_sample'] {
  const { device, app, release, fromMs, toMs, host, workload } = sample;
  const lengthMs = Math.max(1, toMs - fromMs);
  const memoryBytes = workload?.memoryBytes ?? host?.memoryUsedBytes ?? 0;
  return {
    tenant,
    device,
    app,
    from_ms: fromMs,
    to_ms: toMs,
    release,
    cpu_share: workload ? workload.cpuMs / lengthMs : (host?.cpuShare ?? 0),
    memory_bytes: memoryBytes,
    memory_peak_bytes: memoryBytes,
    calls: workload?.calls ?? 0,
    errors: workload?.errors ?? 0,
    limits_hit: workload?.limitsHit ?? 0,
    temperature_celsius: host?.temperatureCelsius ?? null,
    disk_used_bytes: host?.diskUsedBytes ?? null,
  };
}

/** What is shown of a workload's newest sample beside the columns, as JSON. */
export function shownFigures(sample: UsageSample | undefined): string | null {
  const workload = sample?.workload;
  if (!workload) return null;
  const shown = Object.keys(workloadFigures.shape) as (keyof WorkloadFigures)[];
  return JSON.stringify(Object.fromEntries(shown.map((key) => [key, workload[key]])));
}

export function readSample(row: Selectable<Tables['usage_sample']>): UsagePoint {
  return {
    fromMs: row.from_ms,
    toMs: row.to_ms,
    cpuShare: row.cpu_share,
    memoryBytes: row.memory_bytes,
    memoryPeakBytes: row.memory_peak_bytes,
    calls: row.calls,
    errors: row.errors,
    limitsHit: row.limits_hit,
    temperatureCelsius: row.temperature_celsius,
    diskUsedBytes: row.disk_used_bytes,
  };
}
