import type { VariantKind, WorkloadStatus } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { WorkloadChange, WorkloadRepository } from '../port/workloads.ts';
import { batches } from './batches.ts';
import type { Tables } from './tables.ts';

/** States that say something is wrong with an app on a device. */
const FAILING = ['failed', 'reverted', 'rejected', 'reverting'];

export function workloadRepository(db: Kysely<Tables>): WorkloadRepository {
  return {
    async apply(tenant, changes, atMs) {
      const rows: WorkloadRow[] = [];
      for (const [device, { kept, gone, isFull }] of folded(changes)) {
        for (const status of kept.values()) rows.push({ device, status });
        if (!isFull && gone.size === 0) continue;
        const removal = db.deleteFrom('workload').where('tenant', '=', tenant).where('device', '=', device);
        const names = [...kept.keys()];
        if (!isFull) await removal.where('app', 'in', [...gone]).execute();
        else await (names.length > 0 ? removal.where('app', 'not in', names) : removal).execute();
      }
      for (const some of batches(rows)) await save(db, tenant, some, atMs);
    },
    async list(tenant, devices) {
      const found = new Map<string, WorkloadStatus[]>();
      for (const names of batches(devices)) {
        const rows = await db
          .selectFrom('workload')
          .where('tenant', '=', tenant)
          .where('device', 'in', names)
          .select(['device', 'status_json'])
          .orderBy('app')
          .execute();
        for (const row of rows) {
          const statuses = found.get(row.device) ?? [];
          statuses.push(JSON.parse(row.status_json));
          found.set(row.device, statuses);
        }
      }
      return found;
    },
    async runningOn(tenant, releases) {
      const found = new Map<string, number>();
      for (const digests of batches(releases)) {
        const rows = await db
          .selectFrom('workload')
          .where('tenant', '=', tenant)
          .where('running_release', 'in', digests)
          .groupBy('running_release')
          .select((select) => ['running_release', select.fn.countAll<number>().as('count')])
          .execute();
        for (const row of rows) if (row.running_release !== null) found.set(row.running_release, Number(row.count));
      }
      return found;
    },
    async counts(tenant) {
      const variants = await db
        .selectFrom('workload')
        .where('tenant', '=', tenant)
        .where('running_release', 'is not', null)
        .groupBy('variant')
        .select((select) => ['variant', select.fn.countAll<number>().as('count')])
        .execute();
      const failing = await db
        .selectFrom('workload')
        .where('tenant', '=', tenant)
        .where('state', 'in', FAILING)
        .select((select) => select.fn.count<number>('device').distinct().as('count'))
        .executeTakeFirst();
      const of = (kind: string) => Number(variants.find((row) => row.variant === kind)?.count ?? 0);
      return {
        variants: { wasm: of('wasm'), container: of('container') },
        failingDevices: Number(failing?.count ?? 0),
      };
    },
  };
}

interface WorkloadRow {
  readonly device: string;
  readonly status: WorkloadStatus;
}

interface Folded {
  /** By app. */
  readonly kept: Map<string, WorkloadStatus>;
  readonly gone: Set<string>;
  isFull: boolean;
}

/** What all the changes of each device come to, in the order they were told: no row is written twice. */
function folded(changes: readonly WorkloadChange[]): Map<string, Folded> {
  const found = new Map<string, Folded>();
  for (const { device, workloads, isFull } of changes) {
    const before = isFull ? undefined : found.get(device);
    const now: Folded = before ?? { kept: new Map(), gone: new Set(), isFull };
    found.set(device, now);
    for (const [app, status] of Object.entries(workloads)) {
      now.kept.delete(status?.app ?? app);
      now.gone.delete(status?.app ?? app);
      if (status) now.kept.set(status.app, status);
      else now.gone.add(app);
    }
  }
  return found;
}

async function save(db: Kysely<Tables>, tenant: string, rows: readonly WorkloadRow[], atMs: number): Promise<void> {
  await db
    .insertInto('workload')
    .values(
      rows.map(({ device, status }) => ({
        tenant,
        device,
        app: status.app,
        state: status.state,
        variant: runningVariant(status),
        running_release: runningRelease(status),
        status_json: JSON.stringify(status),
        updated_at_ms: atMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['tenant', 'device', 'app']).doUpdateSet((set) => ({
        state: set.ref('excluded.state'),
        variant: set.ref('excluded.variant'),
        running_release: set.ref('excluded.running_release'),
        status_json: set.ref('excluded.status_json'),
        updated_at_ms: set.ref('excluded.updated_at_ms'),
      })),
    )
    .execute();
}

/** Kind of what runs now, which after a return to the last good release is not what was tried. */
function runningVariant(status: WorkloadStatus): VariantKind | null {
  return (status.state === 'healthy' ? status.variant : status.running?.variant) ?? null;
}

function runningRelease(status: WorkloadStatus): string | null {
  return status.state === 'healthy' ? status.release : (status.running?.release ?? null);
}
