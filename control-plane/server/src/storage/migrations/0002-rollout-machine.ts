import type { Kysely } from 'kysely';

/** Rollouts that begin by themselves, pace themselves and grow; sessions that several processes hold; usage before an update. */
export async function rolloutMachine(db: Kysely<unknown>): Promise<void> {
  const add = (table: string, column: string, type: 'text' | 'bigint') =>
    db.schema.alterTable(table).addColumn(column, type).execute();
  await add('rollout', 'wake_at_ms', 'bigint');
  await add('rollout', 'terms_json', 'text');
  await db.schema
    .alterTable('rollout')
    .addColumn('is_dynamic', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('rollout_by_wake_at_ms').on('rollout').column('wake_at_ms').execute();
  await db.schema.createIndex('rollout_by_tenant_is_dynamic').on('rollout').columns(['tenant', 'is_dynamic']).execute();
  await add('rollout_member', 'baseline_json', 'text');
  await add('assignment', 'terms_json', 'text');
  await add('device', 'held_by', 'text');
  await add('device', 'offline_since_ms', 'bigint');
  await db.schema
    .createTable('server_process')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('heard_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}
