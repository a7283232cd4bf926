import type { VariantKind, WorkloadStatus } from '@wherry/protocol';
import { type Kysely, sql } from 'kysely';
import type { WorkloadChange, WorkloadRepository } from '../port/workloads.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import { foldSaid, type Said } from './said-workloads.ts';
import type { Tables } from './tables.ts';

/** An app that a device said it does not have: kept, so that older news does not bring it back. */
const GONE = 'gone';
/** States that say something is wrong with an app on a device. */
const FAILING = ['failed', 'reverted', 'rejected', 'reverting'];

export function workloadRepository(db: Kysely<Tables>, dialect: Dialect): WorkloadRepository {
  return {
    async apply(tenant, changes, atMs) {
      if (changes.length === 0) return;
      const devices = [...new Set(changes.map(({ device }) => device))];
      const ordinals = await ordinalsOf(db, dialect, tenant, devices, changes);
      const floors = await floorsOf(db, dialect, tenant, devices);
      const folded = foldSaid(
        changes,
        ({ device, boot, seq }) => ({ bootOrdinal: ordinals.get(`${device} ${boot}`) ?? 0, seq }),
        (device) => floors.get(device),
      );
      const rows: WorkloadRow[] = [];
      for (const [device, { apps, whole }] of folded) {
        for (const [app, { status, said }] of apps) rows.push({ device, app, status, said });
        if (whole) await forgetOlder(db, dialect, tenant, device, whole, [...apps.keys()]);
      }
      for (const some of batches(rows)) await save(db, tenant, some, atMs);
    },
    async list(tenant, devices) {
      const found = new Map<string, WorkloadStatus[]>();
      const rows = await db
        .selectFrom('workload')
        .where('tenant', '=', tenant)
        .where('device', 'in', dialect.texts(devices))
        .where('state', '!=', GONE)
        .select(['device', 'status_json'])
        .orderBy('app')
        .execute();
      for (const row of rows) {
        const statuses = found.get(row.device) ?? [];
        statuses.push(JSON.parse(row.status_json));
        found.set(row.device, statuses);
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
    async removeDevice(tenant, device) {
      for (const table of ['workload', 'workload_floor'] as const)
        await db.deleteFrom(table).where('tenant', '=', tenant).where('device', '=', device).execute();
    },
  };
}

interface WorkloadRow {
  readonly device: string;
  readonly app: string;
  readonly status: WorkloadStatus | null;
  readonly said: Said;
}

async function ordinalsOf(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  devices: readonly string[],
  changes: readonly WorkloadChange[],
): Promise<Map<string, number>> {
  const boots = [...new Set(changes.map(({ boot }) => boot))];
  const rows = await db
    .selectFrom('received_boot')
    .where('tenant', '=', tenant)
    .where('device', 'in', dialect.texts(devices))
    .where('boot', 'in', dialect.texts(boots))
    .select(['device', 'boot', 'ordinal'])
    .execute();
  return new Map(rows.map(({ device, boot, ordinal }) => [`${device} ${boot}`, ordinal]));
}

async function floorsOf(db: Kysely<Tables>, dialect: Dialect, tenant: string, devices: readonly string[]) {
  const rows = await db
    .selectFrom('workload_floor')
    .where('tenant', '=', tenant)
    .where('device', 'in', dialect.texts(devices))
    .select(['device', 'boot_ordinal', 'seq'])
    .execute();
  return new Map(
    rows.map(({ device, boot_ordinal, seq }): [string, Said] => [device, { bootOrdinal: boot_ordinal, seq }]),
  );
}

/** The whole was said: what is older and not named in it is no more. */
async function forgetOlder(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  device: string,
  { bootOrdinal, seq }: Said,
  named: readonly string[],
): Promise<void> {
  await db
    .deleteFrom('workload')
    .where('tenant', '=', tenant)
    .where('device', '=', device)
    .where('app', 'not in', dialect.texts(named))
    .where(sql<boolean>`(boot_ordinal, seq) < (${bootOrdinal}, ${seq})`)
    .execute();
  await db
    .insertInto('workload_floor')
    .values({ tenant, device, boot_ordinal: bootOrdinal, seq })
    .onConflict((conflict) => conflict.columns(['tenant', 'device']).doUpdateSet({ boot_ordinal: bootOrdinal, seq }))
    .execute();
}

async function save(db: Kysely<Tables>, tenant: string, rows: readonly WorkloadRow[], atMs: number): Promise<void> {
  await db
    .insertInto('workload')
    .values(
      rows.map(({ device, app, status, said }) => ({
        tenant,
        device,
        app,
        state: status?.state ?? GONE,
        variant: status && runningVariant(status),
        running_release: status && runningRelease(status),
        status_json: JSON.stringify(status),
        updated_at_ms: atMs,
        boot_ordinal: said.bootOrdinal,
        seq: said.seq,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'device', 'app'])
        .doUpdateSet((set) => ({
          state: set.ref('excluded.state'),
          variant: set.ref('excluded.variant'),
          running_release: set.ref('excluded.running_release'),
          status_json: set.ref('excluded.status_json'),
          updated_at_ms: set.ref('excluded.updated_at_ms'),
          boot_ordinal: set.ref('excluded.boot_ordinal'),
          seq: set.ref('excluded.seq'),
        }))
        .where(sql<boolean>`(excluded.boot_ordinal, excluded.seq) >= (workload.boot_ordinal, workload.seq)`),
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
