import type { DeviceId, Inventory, Labels, TargetName, TenantId } from '@wherry/protocol';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { DeviceBrief, DeviceHeard, DeviceRecord, DeviceRepository, DeviceState } from '../port/devices.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import { groupedBy } from './grouped.ts';
import type { Tables } from './tables.ts';

export function deviceRepository(db: Kysely<Tables>, dialect: Dialect): DeviceRepository {
  const living = (tenant: string) =>
    db.selectFrom('device').where('tenant', '=', tenant).where('removed_at_ms', 'is', null);
  const setAside = (tenant: string) =>
    db
      .selectFrom('device_standing')
      .where('tenant', '=', tenant)
      .where('quarantined_at_ms', 'is not', null)
      .select('device');
  return {
    async add(record) {
      const result = await db
        .insertInto('device')
        .values(write(record))
        .onConflict((conflict) => conflict.columns(['tenant', 'device']).doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
    },
    async find(tenant, device) {
      const row = await living(tenant).where('device', '=', device).selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async findMany(tenant, devices) {
      const found: DeviceRecord[] = [];
      for (const names of batches(devices))
        found.push(
          ...(await living(tenant).where('device', 'in', dialect.texts(names)).selectAll().execute()).map(read),
        );
      return found;
    },
    async states(tenant, devices) {
      const found = new Map<string, DeviceState>();
      for (const names of batches(devices)) {
        const rows = await living(tenant)
          .where('device', 'in', dialect.texts(names))
          .select(['device', 'report_key', 'desired_generation', 'reported_generation', 'is_online'])
          .execute();
        for (const row of rows)
          found.set(row.device, {
            reportKey: row.report_key,
            desiredGeneration: row.desired_generation,
            reportedGeneration: row.reported_generation,
            isOnline: row.is_online === 1,
          });
      }
      return found;
    },
    async briefs(tenant) {
      const rows = await living(tenant)
        .where('device', 'not in', setAside(tenant))
        .select(['device', 'target', 'labels_json', 'is_online', 'arch', 'inventory_json'])
        .orderBy('device')
        .execute();
      const readLabels = labelReader();
      return rows.map((row) => ({
        device: row.device as DeviceId,
        target: row.target as TargetName,
        labels: readLabels(row.labels_json),
        isOnline: row.is_online === 1,
        inventory: row.inventory_json === null ? null : briefInventory(row, row.inventory_json),
      }));
    },
    async setKeys(tenant, device, { secretHash, reportKey, atMs }) {
      await db
        .updateTable('device')
        .set({ secret_hash: secretHash, report_key: reportKey, claimed_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .execute();
    },
    async setLabels(tenant, device, labels) {
      await db
        .updateTable('device')
        .set({ labels_json: JSON.stringify(labels) })
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .execute();
    },
    async remove(tenant, device, atMs) {
      const result = await db
        .updateTable('device')
        .set({ removed_at_ms: atMs, secret_hash: '', is_online: 0 })
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .where('removed_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async heard(tenant, heard) {
      for (const group of groupedBy(heard, ({ device: _, ...rest }) => rest))
        for (const some of batches(group)) await hear(db, dialect, tenant, some);
    },
    async setOnline(tenant, devices, isOnline, seenAtMs, holder) {
      for (const names of batches(typeof devices === 'string' ? [devices] : devices))
        await db
          .updateTable('device')
          .set({
            is_online: isOnline ? 1 : 0,
            seen_at_ms: seenAtMs,
            held_by: isOnline ? (holder ?? null) : null,
            offline_since_ms: isOnline ? null : seenAtMs,
          })
          .$if(!isOnline && holder !== undefined, (query) =>
            query.where((where) => where.or([where('held_by', 'is', null), where('held_by', '=', holder ?? null)])),
          )
          .where('tenant', '=', tenant)
          .where('device', 'in', dialect.texts(names))
          .where('removed_at_ms', 'is', null)
          .execute();
    },
    async holder(tenant, device) {
      const row = await living(tenant)
        .where('device', '=', device)
        .where('is_online', '=', 1)
        .select('held_by')
        .executeTakeFirst();
      return row?.held_by ?? null;
    },
    async setAllOffline() {
      await db.updateTable('device').set({ is_online: 0 }).where('is_online', '=', 1).execute();
    },
    async counts(tenant) {
      const row = await living(tenant)
        .select((select) => [select.fn.countAll<number>().as('total'), select.fn.sum<number>('is_online').as('online')])
        .executeTakeFirst();
      return { total: Number(row?.total ?? 0), online: Number(row?.online ?? 0) };
    },
    async countsByTenant() {
      const rows = await db
        .selectFrom('device')
        .where('removed_at_ms', 'is', null)
        .groupBy('tenant')
        .select((select) => [
          'tenant',
          select.fn.countAll<number>().as('total'),
          select.fn.sum<number>('is_online').as('online'),
        ])
        .execute();
      return new Map(rows.map((row) => [row.tenant, { total: Number(row.total), online: Number(row.online) }]));
    },
  };
}

/** Labels repeat over a fleet: each text is read once, and its devices share what it says. */
function labelReader(): (text: string) => Labels {
  const read = new Map<string, Labels>();
  return (text) => {
    const known = read.get(text);
    if (known) return known;
    const labels = JSON.parse(text) as Labels;
    read.set(text, labels);
    return labels;
  };
}

/** A hundred thousand inventories are not parsed whole for a number and a few names of each. */
function briefInventory(
  row: { readonly arch: string; readonly target: string },
  text: string,
): DeviceBrief['inventory'] {
  const { arch } = row;
  const target = row.target as TargetName;
  const found = /"memoryBytes":(\d+)/.exec(text);
  const memoryBytes = found ? Number(found[1]) : (JSON.parse(text) as Inventory).memoryBytes;
  if (!text.includes('"hardware":')) return { arch, target, memoryBytes };
  const { hardware } = JSON.parse(text) as Inventory;
  return { arch, target, memoryBytes, ...(hardware && { hardware }) };
}

/** All of them say the same, of themselves. */
async function hear(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  group: readonly DeviceHeard[],
): Promise<void> {
  const [one] = group;
  if (!one) return;
  await db
    .updateTable('device')
    .set({
      seen_at_ms: one.seenAtMs,
      ...(one.reportedGeneration === undefined ? {} : { reported_generation: atLeast(one.reportedGeneration) }),
      ...(one.inventory === undefined ? {} : { inventory_json: JSON.stringify(one.inventory) }),
      ...(one.inventory === undefined ? {} : { target: one.inventory.target, arch: one.inventory.arch }),
      ...(one.host === undefined ? {} : { host_json: JSON.stringify(one.host) }),
    })
    .where('tenant', '=', tenant)
    .where('device', 'in', dialect.texts(group.map(({ device }) => device)))
    .execute();
}

/** A3: a late report does not take the number down. */
function atLeast(generation: number) {
  return sql<number>`case when reported_generation is null or reported_generation < ${generation} then ${generation} else reported_generation end`;
}

function write(record: DeviceRecord): Tables['device'] {
  return {
    tenant: record.tenant,
    device: record.device,
    target: record.target,
    arch: record.arch,
    labels_json: JSON.stringify(record.labels),
    secret_hash: record.secretHash,
    report_key: record.reportKey,
    claimed_at_ms: record.claimedAtMs,
    seen_at_ms: record.seenAtMs,
    is_online: record.isOnline ? 1 : 0,
    desired_generation: record.desiredGeneration,
    reported_generation: record.reportedGeneration,
    inventory_json: record.inventory && JSON.stringify(record.inventory),
    host_json: record.host && JSON.stringify(record.host),
    removed_at_ms: record.removedAtMs,
    held_by: null,
    offline_since_ms: null,
  };
}

function read(row: Selectable<Tables['device']>): DeviceRecord {
  return {
    tenant: row.tenant as TenantId,
    device: row.device as DeviceId,
    target: row.target as TargetName,
    arch: row.arch,
    labels: JSON.parse(row.labels_json) as Labels,
    secretHash: row.secret_hash,
    reportKey: row.report_key,
    claimedAtMs: row.claimed_at_ms,
    seenAtMs: row.seen_at_ms,
    isOnline: row.is_online === 1,
    desiredGeneration: row.desired_generation,
    reportedGeneration: row.reported_generation,
    inventory: row.inventory_json === null ? null : JSON.parse(row.inventory_json),
    host: row.host_json === null ? null : JSON.parse(row.host_json),
    removedAtMs: row.removed_at_ms,
  };
}
