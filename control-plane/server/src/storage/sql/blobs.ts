import type { Kysely } from 'kysely';
import type { BlobRepository } from '../port/blobs.ts';
import type { Tables } from './tables.ts';

export function blobRepository(db: Kysely<Tables>): BlobRepository {
  return {
    async add(tenant, digest, sizeBytes, atMs) {
      const result = await db
        .insertInto('blob')
        .values({ tenant, digest, size_bytes: sizeBytes, created_at_ms: atMs })
        .onConflict((conflict) => conflict.columns(['tenant', 'digest']).doNothing())
        .executeTakeFirst();
      return Number(result.numInsertedOrUpdatedRows) === 1;
    },
    async find(tenant, digest) {
      const row = await db
        .selectFrom('blob')
        .where('tenant', '=', tenant)
        .where('digest', '=', digest)
        .select('size_bytes')
        .executeTakeFirst();
      return row ? row.size_bytes : null;
    },
  };
}
