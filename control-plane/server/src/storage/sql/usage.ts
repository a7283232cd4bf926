import type { AppName, DeviceId, TopRow } from '@wherry/protocol';
import { type Kysely, sql } from 'kysely';
import { TIERS } from '../../domain/usage/tiers.ts';
import type { UsageRepository } from '../port/usage.ts';
import { batches } from './batches.ts';
import type { Tables } from './tables.ts';
import { addPoints, readPoint } from './usage-points.ts';
import { figuresOf, readSample, shownFigures } from './usage-samples.ts';

const FINEST_MS = TIERS[0]?.resolutionMs ?? 60_000;
const TOP_BY = { cpu: 'cpu_share', memory: 'memory_bytes', calls: 'calls', errors: 'errors' } as const;

export function usageRepository(db: Kysely<Tables>): UsageRepository {
  return {
    async append(tenant, samples) {
      for (const some of batches(samples)) {
        const rows = some.map((sample) => figuresOf(tenant, sample));
        await db
          .insertInto('usage_sample')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['tenant', 'device', 'app', 'to_ms']).doNothing())
          .execute();
        await keepLatest(
          db,
          rows.map((row, i) => ({ ...row, figures_json: shownFigures(some[i]) })),
        );
        await addPoints(db, rows);
      }
      await db
        .insertInto('usage_total')
        .values({ tenant, samples: samples.length })
        .onConflict((conflict) =>
          conflict.column('tenant').doUpdateSet({ samples: sql<number>`usage_total.samples + excluded.samples` }),
        )
        .execute();
    },
    async raw(tenant, { device, app, fromMs, toMs }, limit) {
      const rows = await db
        .selectFrom('usage_sample')
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('app', '=', app)
        .where('to_ms', '>', fromMs)
        .where('to_ms', '<=', toMs)
        .selectAll()
        .orderBy('to_ms', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map(readSample);
    },
    async points(tenant, { device, app, fromMs, toMs }, resolutionMs, limit) {
      const rows = await db
        .selectFrom('usage_point')
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('app', '=', app)
        .where('resolution_ms', '=', resolutionMs)
        .where('from_ms', '>', fromMs - resolutionMs)
        .where('from_ms', '<', toMs)
        .selectAll()
        .orderBy('from_ms', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse().map(readPoint);
    },
    async means(tenant, app, devices, fromMs, toMs) {
      const found = new Map<string, { memoryBytes: number; cpuShare: number }>();
      for (const names of batches(devices)) {
        const rows = await db
          .selectFrom('usage_point')
          .where('tenant', '=', tenant)
          .where('device', 'in', names)
          .where('app', '=', app)
          .where('resolution_ms', '=', FINEST_MS)
          .where('from_ms', '>=', fromMs)
          .where('from_ms', '<', toMs)
          .groupBy('device')
          .select((select) => [
            'device',
            select.fn.sum<number>('weight_ms').as('weight_ms'),
            select.fn.sum<number>('memory_weighted').as('memory'),
            select.fn.sum<number>('cpu_weighted').as('cpu'),
          ])
          .execute();
        for (const row of rows) {
          const weightMs = Math.max(1, Number(row.weight_ms));
          found.set(row.device, { memoryBytes: Number(row.memory) / weightMs, cpuShare: Number(row.cpu) / weightMs });
        }
      }
      return found;
    },
    async prune(resolutionMs, beforeMs, limit) {
      if (resolutionMs === 0) return await pruneSamples(db, beforeMs, limit);
      const old = db
        .selectFrom('usage_point')
        .where('resolution_ms', '=', resolutionMs)
        .where('from_ms', '<', beforeMs)
        .select('from_ms')
        .orderBy('from_ms')
        .limit(limit);
      const result = await db
        .deleteFrom('usage_point')
        .where('resolution_ms', '=', resolutionMs)
        .where('from_ms', 'in', old)
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
    async top(tenant, by, devices, limit) {
      const rows = await db
        .selectFrom('usage_latest')
        .leftJoin('release', (join) =>
          join.onRef('release.tenant', '=', 'usage_latest.tenant').onRef('release.digest', '=', 'usage_latest.release'),
        )
        .where('usage_latest.tenant', '=', tenant)
        .where('usage_latest.app', '!=', '')
        .selectAll('usage_latest')
        .select('release.version')
        .orderBy(`usage_latest.${TOP_BY[by]}`, 'desc')
        .orderBy('usage_latest.device')
        .$if(devices === null, (query) => query.limit(limit))
        .execute();
      const wanted = devices === null ? rows : rows.filter((row) => devices.has(row.device)).slice(0, limit);
      return wanted.map(
        (row): TopRow => ({
          device: row.device as DeviceId,
          app: row.app as AppName,
          version: row.version ?? '',
          cpuShare: row.cpu_share,
          memoryBytes: Math.round(row.memory_bytes),
          calls: row.calls,
          errors: row.errors,
          limitsHit: row.limits_hit,
          figures: row.figures_json === null ? null : JSON.parse(row.figures_json),
          atMs: row.to_ms,
        }),
      );
    },
    async removeDevice(tenant, device) {
      for (const table of ['usage_latest', 'usage_sample', 'usage_point'] as const)
        await db.deleteFrom(table).where('tenant', '=', tenant).where('device', '=', device).execute();
    },
    async count(tenant) {
      const row = await db.selectFrom('usage_total').where('tenant', '=', tenant).select('samples').executeTakeFirst();
      return Number(row?.samples ?? 0);
    },
  };
}

/** A late sample does not hide a newer one. */
async function keepLatest(
  db: Kysely<Tables>,
  rows: readonly (Tables['usage_sample'] & { readonly figures_json: string | null })[],
): Promise<void> {
  await db
    .insertInto('usage_latest')
    .values(rows.map(({ from_ms: _, ...row }) => row))
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'device', 'app'])
        .doUpdateSet((set) => ({
          to_ms: set.ref('excluded.to_ms'),
          release: set.ref('excluded.release'),
          cpu_share: set.ref('excluded.cpu_share'),
          memory_bytes: set.ref('excluded.memory_bytes'),
          memory_peak_bytes: set.ref('excluded.memory_peak_bytes'),
          calls: set.ref('excluded.calls'),
          errors: set.ref('excluded.errors'),
          limits_hit: set.ref('excluded.limits_hit'),
          temperature_celsius: set.ref('excluded.temperature_celsius'),
          disk_used_bytes: set.ref('excluded.disk_used_bytes'),
          figures_json: set.ref('excluded.figures_json'),
        }))
        .whereRef('excluded.to_ms', '>=', 'usage_latest.to_ms'),
    )
    .execute();
}

async function pruneSamples(db: Kysely<Tables>, beforeMs: number, limit: number): Promise<number> {
  const old = db.selectFrom('usage_sample').where('to_ms', '<', beforeMs).select('to_ms').orderBy('to_ms').limit(limit);
  const result = await db.deleteFrom('usage_sample').where('to_ms', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}
