import type { UsagePoint } from '@wherry/protocol';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { TIERS } from '../../domain/usage/tiers.ts';
import { batches } from './batches.ts';
import type { Tables } from './tables.ts';

/** Adds samples to their points. Points hold sums, so that adding is one statement and the order of samples does not matter. */
export async function addPoints(db: Kysely<Tables>, samples: readonly Tables['usage_sample'][]): Promise<void> {
  const points = TIERS.flatMap(({ resolutionMs }) => merge(samples.map((sample) => pointOf(sample, resolutionMs))));
  for (const some of batches(points, 200))
    await db
      .insertInto('usage_point')
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'device', 'app', 'resolution_ms', 'from_ms']).doUpdateSet({
          weight_ms: added('weight_ms'),
          cpu_weighted: added('cpu_weighted'),
          memory_weighted: added('memory_weighted'),
          temperature_weighted: added('temperature_weighted'),
          temperature_weight_ms: added('temperature_weight_ms'),
          calls: added('calls'),
          errors: added('errors'),
          limits_hit: added('limits_hit'),
          memory_peak_bytes: sql<number>`case when excluded.memory_peak_bytes > usage_point.memory_peak_bytes then excluded.memory_peak_bytes else usage_point.memory_peak_bytes end`,
          disk_used_bytes: sql<number>`coalesce(excluded.disk_used_bytes, usage_point.disk_used_bytes)`,
        }),
      )
      .execute();
}

export function readPoint(row: Selectable<Tables['usage_point']>): UsagePoint {
  const weightMs = Math.max(1, row.weight_ms);
  return {
    fromMs: row.from_ms,
    toMs: row.from_ms + row.resolution_ms,
    cpuShare: row.cpu_weighted / weightMs,
    memoryBytes: row.memory_weighted / weightMs,
    memoryPeakBytes: row.memory_peak_bytes,
    calls: row.calls,
    errors: row.errors,
    limitsHit: row.limits_hit,
    temperatureCelsius: row.temperature_weight_ms === 0 ? null : row.temperature_weighted / row.temperature_weight_ms,
    diskUsedBytes: row.disk_used_bytes,
  };
}

type Point = Tables['usage_point'];

function pointOf(sample: Tables['usage_sample'], resolutionMs: number): Point {
  const weightMs = Math.max(1, sample.to_ms - sample.from_ms);
  const temperature = sample.temperature_celsius;
  return {
    tenant: sample.tenant,
    device: sample.device,
    app: sample.app,
    resolution_ms: resolutionMs,
    from_ms: sample.from_ms - (sample.from_ms % resolutionMs),
    weight_ms: weightMs,
    cpu_weighted: sample.cpu_share * weightMs,
    memory_weighted: sample.memory_bytes * weightMs,
    temperature_weighted: temperature === null ? 0 : temperature * weightMs,
    temperature_weight_ms: temperature === null ? 0 : weightMs,
    memory_peak_bytes: sample.memory_peak_bytes,
    calls: sample.calls,
    errors: sample.errors,
    limits_hit: sample.limits_hit,
    disk_used_bytes: sample.disk_used_bytes,
  };
}

/** One row for each point: PostgreSQL refuses a statement that would update a row twice. */
function merge(points: readonly Point[]): Point[] {
  const merged = new Map<string, Point>();
  for (const point of points) {
    const key = `${point.device} ${point.app} ${point.from_ms}`;
    const before = merged.get(key);
    merged.set(key, before ? add(before, point) : point);
  }
  return [...merged.values()];
}

function add(a: Point, b: Point): Point {
  return {
    ...a,
    weight_ms: a.weight_ms + b.weight_ms,
    cpu_weighted: a.cpu_weighted + b.cpu_weighted,
    memory_weighted: a.memory_weighted + b.memory_weighted,
    temperature_weighted: a.temperature_weighted + b.temperature_weighted,
    temperature_weight_ms: a.temperature_weight_ms + b.temperature_weight_ms,
    memory_peak_bytes: Math.max(a.memory_peak_bytes, b.memory_peak_bytes),
    calls: a.calls + b.calls,
    errors: a.errors + b.errors,
    limits_hit: a.limits_hit + b.limits_hit,
    disk_used_bytes: b.disk_used_bytes ?? a.disk_used_bytes,
  };
}

function added(column: keyof Point): RawBuilder<number> {
  return sql<number>`${sql.ref(`usage_point.${column}`)} + ${sql.ref(`excluded.${column}`)}`;
}
