import type { Kysely } from 'kysely';
import type { TrustFile, TrustMetadataRepository } from '../port/trust-metadata.ts';
import type { Tables } from './tables.ts';

export function trustMetadataRepository(db: Kysely<Tables>): TrustMetadataRepository {
  const read = (tenant: string) => db.selectFrom('trust_metadata').where('tenant', '=', tenant).selectAll();
  return {
    async add(tenant, file, nowMs) {
      const { role, version, content, expiresAtMs } = file;
      const result = await db
        .insertInto('trust_metadata')
        .values({ tenant, role, version, content, expires_at_ms: expiresAtMs, created_at_ms: nowMs, is_newest: 1 })
        .onConflict((conflict) => conflict.columns(['tenant', 'role', 'version']).doNothing())
        .executeTakeFirst();
      if (Number(result.numInsertedOrUpdatedRows ?? 0) !== 1) return false;
      await db
        .updateTable('trust_metadata')
        .set({ is_newest: 0 })
        .where('tenant', '=', tenant)
        .where('role', '=', role)
        .where('version', '<', version)
        .where('is_newest', '=', 1)
        .execute();
      return true;
    },
    async find(tenant, role, version) {
      const row = await read(tenant).where('role', '=', role).where('version', '=', version).executeTakeFirst();
      return row ? fileOf(row) : null;
    },
    async newest(tenant, role) {
      const row = await read(tenant).where('role', '=', role).where('is_newest', '=', 1).executeTakeFirst();
      return row ? fileOf(row) : null;
    },
    async all(tenant) {
      const rows = await read(tenant).where('is_newest', '=', 1).orderBy('role').execute();
      return rows.map(fileOf);
    },
    async expiring(role, beforeMs) {
      const rows = await db
        .selectFrom('trust_metadata')
        .where('is_newest', '=', 1)
        .where('role', '=', role)
        .where('expires_at_ms', '<', beforeMs)
        .select('tenant')
        .execute();
      return rows.map(({ tenant }) => tenant);
    },
    async prune(createdBeforeMs) {
      const result = await db
        .deleteFrom('trust_metadata')
        .where('is_newest', '=', 0)
        .where('role', '!=', 'root')
        .where('created_at_ms', '<', createdBeforeMs)
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function fileOf(row: Tables['trust_metadata']): TrustFile {
  const { role, version, content } = row;
  return { role, version: Number(version), content, expiresAtMs: Number(row.expires_at_ms) };
}
