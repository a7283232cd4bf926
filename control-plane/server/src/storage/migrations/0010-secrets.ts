import type { Kysely } from 'kysely';

/** Secrets of apps: what they are for, and what is sealed to whom, with no column for a value; and what is asked of releases. */
export async function secrets(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('secret')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('selector', 'text', (column) => column.notNull())
    .addColumn('set_by', 'text', (column) => column.notNull())
    .addColumn('set_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('is_removed', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_key', ['tenant', 'app', 'name'])
    .execute();
  await db.schema
    .createTable('sealed_secret')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('sealed_json', 'text', (column) => column.notNull())
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sealed_secret_key', ['tenant', 'device', 'app', 'name'])
    .execute();
  await db.schema
    .createIndex('sealed_secret_by_name')
    .on('sealed_secret')
    .columns(['tenant', 'app', 'name', 'device'])
    .execute();
  await db.schema
    .createTable('secret_custody')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('sealed_json', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_custody_key', ['tenant', 'app', 'name', 'key_id'])
    .execute();
  await db.schema
    .createTable('publish_policy')
    .addColumn('tenant', 'text', (column) => column.primaryKey())
    .addColumn('policy_json', 'text', (column) => column.notNull())
    .execute();
}
