import type { Kysely } from 'kysely';

/** Certificates of devices, what is to be decided about an identity, and the starts by which a clone is seen. */
export async function deviceIdentity(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('device_certificate')
    .addColumn('serial', 'text', (column) => column.primaryKey())
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull())
    .addColumn('pem', 'text', (column) => column.notNull())
    .addColumn('issued_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at_ms', 'bigint')
    .execute();
  await db.schema
    .createIndex('device_certificate_by_device')
    .on('device_certificate')
    .columns(['tenant', 'device', 'issued_at_ms'])
    .execute();
  await db.schema
    .createIndex('device_certificate_by_expires_at_ms')
    .on('device_certificate')
    .column('expires_at_ms')
    .execute();
  await db.schema
    .createTable('device_standing')
    .addColumn('tenant', 'text', (column) => column.notNull())
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('boot', 'text')
    .addColumn('former_boots_json', 'text', (column) => column.notNull().defaultTo('[]'))
    .addColumn('quarantined_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('renewal_key_hash', 'text')
    .addColumn('renewal_asked_at_ms', 'bigint')
    .addColumn('renewal_approved_at_ms', 'bigint')
    .addPrimaryKeyConstraint('device_standing_key', ['tenant', 'device'])
    .execute();
  await db.schema.createIndex('device_standing_by_ended_at_ms').on('device_standing').column('ended_at_ms').execute();
  await db.schema
    .alterTable('claim_token')
    .addColumn('is_reclaim', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('claim_token').addColumn('alarmed_at_ms', 'bigint').execute();
}
