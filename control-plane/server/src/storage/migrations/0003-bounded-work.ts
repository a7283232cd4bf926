import type { Kysely } from 'kysely';
import type { DialectTraits } from './0001-begin.ts';

/** Members written in batches; reported state kept by its number; messages between processes that serve one store. */
export async function boundedWork(db: Kysely<unknown>, traits: DialectTraits): Promise<void> {
  await db.schema
    .createTable('rollout_staged')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('rollout', 'text', (column) => column.notNull())
    .addColumn('batch', 'integer', (column) => column.notNull())
    .addColumn('members_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rollout_staged_key', ['tenant', 'rollout', 'batch'])
    .execute();
  await db.schema.alterTable('rollout').addColumn('leased_until_ms', 'bigint').execute();
  await db.schema.createIndex('rollout_by_tenant_app').on('rollout').columns(['tenant', 'app']).execute();
  const number = (table: string, name: string) =>
    db.schema
      .alterTable(table)
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  await number('received_boot', 'ordinal');
  await number('workload', 'boot_ordinal');
  await number('workload', 'seq');
  await db.schema
    .createTable('workload_floor')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('boot_ordinal', 'bigint', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('workload_floor_key', ['tenant', 'device'])
    .execute();
  await db.schema
    .createTable('process_message')
    .addColumn('id', 'integer', traits.numbered)
    .addColumn('sender', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addColumn('message_json', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('process_message_by_at_ms').on('process_message').column('at_ms').execute();
}
