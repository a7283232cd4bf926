import type { Kysely } from 'kysely';

/** People with accounts, sessions of their own, and tokens that are bounded by scopes. */
export async function accounts(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('operator').addColumn('scopes_json', 'text').execute();
  await db.schema.alterTable('operator').addColumn('created_by', 'text').execute();
  await db.schema
    .createTable('user_account')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('password_hash', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('signed_in_at_ms', 'bigint')
    .addPrimaryKeyConstraint('user_account_key', ['tenant', 'name'])
    .execute();
  await db.schema
    .createIndex('user_account_by_tenant_subject')
    .on('user_account')
    .columns(['tenant', 'subject'])
    .unique()
    .execute();
  await db.schema
    .createTable('operator_session')
    .addColumn('secret_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text')
    .addColumn('operator_id', 'text')
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('seen_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  for (const holder of ['user_name', 'operator_id'])
    await db.schema
      .createIndex(`operator_session_by_tenant_${holder}`)
      .on('operator_session')
      .columns(['tenant', holder])
      .execute();
  await db.schema
    .createTable('sign_in_code')
    .addColumn('code_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('challenge', 'text', (column) => column.notNull())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute();
}
