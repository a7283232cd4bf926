import type { AppName, Digest, RolloutId, Version } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { Assignment, DesiredDocument, DesiredRepository, PendingDesired } from '../port/desired.ts';
import { batches } from './batches.ts';
import type { Dialect } from './dialect.ts';
import { groupedBy } from './grouped.ts';
import type { Tables } from './tables.ts';

export function desiredRepository(db: Kysely<Tables>, dialect: Dialect): DesiredRepository {
  return {
    async assignments(tenant, devices) {
      const found: Assignment[] = [];
      for (const names of batches(devices)) {
        const rows = await db
          .selectFrom('assignment')
          .where('tenant', '=', tenant)
          .where('device', 'in', dialect.texts(names))
          .selectAll()
          .execute();
        found.push(...rows.map(read));
      }
      return found;
    },
    async assignmentsOf(tenant, app) {
      const rows = await db
        .selectFrom('assignment')
        .where('tenant', '=', tenant)
        .where('app', '=', app)
        .selectAll()
        .execute();
      return rows.map(read);
    },
    async assign(tenant, assignments) {
      for (const some of batches(assignments))
        await db
          .insertInto('assignment')
          .values(some.map((assignment) => write(tenant, assignment)))
          .onConflict((conflict) =>
            conflict.columns(['tenant', 'device', 'app']).doUpdateSet((set) => ({
              release: set.ref('excluded.release'),
              version: set.ref('excluded.version'),
              release_counter: set.ref('excluded.release_counter'),
              config_json: set.ref('excluded.config_json'),
              attempt: set.ref('excluded.attempt'),
              rollout: set.ref('excluded.rollout'),
              is_rollback: set.ref('excluded.is_rollback'),
              terms_json: set.ref('excluded.terms_json'),
            })),
          )
          .execute();
    },
    async document(tenant, device) {
      const row = await db
        .selectFrom('desired')
        .where('tenant', '=', tenant)
        .where('device', '=', device)
        .selectAll()
        .executeTakeFirst();
      return row ? readDocument(row) : null;
    },
    async save(tenant, documents, dueAtMs) {
      for (const some of batches(documents)) {
        await saveDocuments(db, dialect, tenant, some);
        await db
          .insertInto('desired_outbox')
          .values(some.map(({ device, generation }) => ({ tenant, device, generation, due_at_ms: dueAtMs, tries: 0 })))
          .onConflict((conflict) =>
            conflict.columns(['tenant', 'device']).doUpdateSet((set) => ({
              generation: set.ref('excluded.generation'),
              due_at_ms: set.ref('excluded.due_at_ms'),
              tries: 0,
            })),
          )
          .execute();
      }
    },
    async due(nowMs, limit, holder) {
      const rows = await db
        .selectFrom('desired_outbox as outbox')
        .innerJoin('desired', (join) =>
          join.onRef('desired.tenant', '=', 'outbox.tenant').onRef('desired.device', '=', 'outbox.device'),
        )
        .innerJoin('device', (join) =>
          join.onRef('device.tenant', '=', 'outbox.tenant').onRef('device.device', '=', 'outbox.device'),
        )
        .where('outbox.due_at_ms', '<=', nowMs)
        .where('device.is_online', '=', 1)
        .$if(holder !== undefined, (query) => query.where('device.held_by', '=', holder ?? null))
        .select(['outbox.due_at_ms', 'outbox.tries'])
        .selectAll('desired')
        .orderBy('outbox.due_at_ms')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...readDocument(row),
        tenant: row.tenant,
        dueAtMs: row.due_at_ms,
        tries: row.tries,
      }));
    },
    async lease(pending, nextAtMs) {
      const result = await db
        .updateTable('desired_outbox')
        .set({ due_at_ms: nextAtMs, tries: pending.tries + 1 })
        .where('tenant', '=', pending.tenant)
        .where('device', '=', pending.device)
        .where('due_at_ms', '=', pending.dueAtMs)
        .where('generation', '=', pending.generation)
        .where('tries', '=', pending.tries)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async leaseAll(pending, nextAtMs) {
      const taken = new Set<string>();
      const nameOf = (tenant: string, device: string) => `${tenant}/${device}`;
      for (const group of groupedBy(pending, ({ tenant, dueAtMs, generation, tries }) => [
        tenant,
        dueAtMs,
        generation,
        tries,
      ]))
        for (const some of batches(group)) {
          const one = some[0] as PendingDesired;
          const rows = await db
            .updateTable('desired_outbox')
            .set({ due_at_ms: nextAtMs, tries: one.tries + 1 })
            .where('tenant', '=', one.tenant)
            .where('device', 'in', dialect.texts(some.map(({ device }) => device)))
            .where('due_at_ms', '=', one.dueAtMs)
            .where('generation', '=', one.generation)
            .where('tries', '=', one.tries)
            .returning('device')
            .execute();
          for (const { device } of rows) taken.add(nameOf(one.tenant, device));
        }
      return pending.filter(({ tenant, device }) => taken.has(nameOf(tenant, device)));
    },
    async hasten(tenant, devices, atMs) {
      for (const names of batches(typeof devices === 'string' ? [devices] : devices))
        await db
          .updateTable('desired_outbox')
          .set({ due_at_ms: atMs, tries: 0 })
          .where('tenant', '=', tenant)
          .where('device', 'in', dialect.texts(names))
          .execute();
    },
    async confirm(tenant, confirmed) {
      for (const group of groupedBy(confirmed, ({ generation }) => generation))
        for (const some of batches(group))
          await db
            .deleteFrom('desired_outbox')
            .where('tenant', '=', tenant)
            .where('device', 'in', dialect.texts(some.map(({ device }) => device)))
            .where('generation', '<=', (some[0] as (typeof confirmed)[number]).generation)
            .execute();
    },
    async expiring(beforeMs, limit) {
      return await db
        .selectFrom('desired')
        .where('expires_at_ms', '<', beforeMs)
        .select(['tenant', 'device'])
        .orderBy('expires_at_ms')
        .limit(limit)
        .execute();
    },
    async removeDevice(tenant, device) {
      for (const table of ['assignment', 'desired', 'desired_outbox'] as const)
        await db.deleteFrom(table).where('tenant', '=', tenant).where('device', '=', device).execute();
    },
  };
}

/** A3 holds here too: a lower generation never replaces a higher one. */
async function saveDocuments(
  db: Kysely<Tables>,
  dialect: Dialect,
  tenant: string,
  documents: readonly DesiredDocument[],
): Promise<void> {
  await db
    .insertInto('desired')
    .values(
      documents.map(({ device, generation, envelope, expiresAtMs }) => ({
        tenant,
        device,
        generation,
        envelope_json: JSON.stringify(envelope),
        expires_at_ms: expiresAtMs,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'device'])
        .doUpdateSet((set) => ({
          generation: set.ref('excluded.generation'),
          envelope_json: set.ref('excluded.envelope_json'),
          expires_at_ms: set.ref('excluded.expires_at_ms'),
        }))
        .whereRef('excluded.generation', '>', 'desired.generation'),
    )
    .execute();
  for (const group of groupedBy(documents, ({ generation }) => generation)) {
    const { generation } = group[0] as DesiredDocument;
    await db
      .updateTable('device')
      .set({ desired_generation: generation })
      .where('tenant', '=', tenant)
      .where('device', 'in', dialect.texts(group.map(({ device }) => device)))
      .where('desired_generation', '<', generation)
      .execute();
  }
}

function write(tenant: string, assignment: Assignment): Tables['assignment'] {
  return {
    tenant,
    device: assignment.device,
    app: assignment.app,
    release: assignment.release,
    version: assignment.version,
    release_counter: assignment.releaseCounter,
    config_json: JSON.stringify(assignment.config),
    attempt: assignment.attempt,
    rollout: assignment.rollout,
    is_rollback: assignment.isRollback ? 1 : 0,
    terms_json: assignment.terms ? JSON.stringify(assignment.terms) : null,
  };
}

function read(row: Selectable<Tables['assignment']>): Assignment {
  return {
    device: row.device,
    app: row.app as AppName,
    release: row.release as Digest | null,
    version: row.version as Version | null,
    releaseCounter: row.release_counter,
    config: JSON.parse(row.config_json) as Record<string, string>,
    attempt: row.attempt,
    rollout: row.rollout as RolloutId | null,
    isRollback: row.is_rollback === 1,
    ...(row.terms_json === null ? {} : { terms: JSON.parse(row.terms_json) }),
  };
}

function readDocument(row: Selectable<Tables['desired']>): DesiredDocument {
  return {
    device: row.device,
    generation: row.generation,
    envelope: JSON.parse(row.envelope_json),
    expiresAtMs: row.expires_at_ms,
  };
}
