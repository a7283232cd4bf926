import type { KeyId } from '@wherry/protocol';
import type { Kysely } from 'kysely';
import type { PublisherKeyRepository } from '../port/publisher-keys.ts';
import type { Tables } from './tables.ts';

export function publisherKeyRepository(db: Kysely<Tables>): PublisherKeyRepository {
  return {
    async add(tenant, key) {
      const result = await db
        .insertInto('publisher_key')
        .values({ tenant, id: key.id, name: key.name, key: key.key, created_at_ms: key.createdAtMs })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows ?? 0) === 1;
    },
    async list(tenant) {
      const rows = await db
        .selectFrom('publisher_key')
        .where('tenant', '=', tenant)
        .selectAll()
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ id: row.id as KeyId, name: row.name, key: row.key, createdAtMs: row.created_at_ms }));
    },
    async remove(tenant, id) {
      const result = await db
        .deleteFrom('publisher_key')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      return Number(result.numDeletedRows) === 1;
    },
  };
}
