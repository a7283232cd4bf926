import type { Kysely } from 'kysely';

/** Which authority a device's certificate is of: its fingerprint. Null for those of before: they are of the first one. */
export async function certificateAuthorities(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('device_certificate').addColumn('authority', 'text').execute();
}
