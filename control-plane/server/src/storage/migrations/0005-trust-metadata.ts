import type { Kysely } from 'kysely';

/** The files of each tenant's TUF repository, as they are served. */
export async function trustMetadata(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('trust_metadata')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('is_newest', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('trust_metadata_key', ['tenant', 'role', 'version'])
    .execute();
  await db.schema
    .createIndex('trust_metadata_by_is_newest_role')
    .on('trust_metadata')
    .columns(['is_newest', 'role', 'expires_at_ms'])
    .execute();
}
