import type { Role, Scope } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { OperatorRecord, OperatorRepository } from '../port/operators.ts';
import type { Tables } from './tables.ts';

export function operatorRepository(db: Kysely<Tables>): OperatorRepository {
  return {
    async add(record) {
      await db
        .insertInto('operator')
        .values({
          tenant: record.tenant,
          id: record.id,
          name: record.name,
          role: record.role,
          scopes_json: record.scopes === null ? null : JSON.stringify(record.scopes),
          created_by: record.createdBy,
          secret_hash: record.secretHash,
          created_at_ms: record.createdAtMs,
          expires_at_ms: record.expiresAtMs,
          last_used_at_ms: record.lastUsedAtMs,
        })
        .execute();
    },
    async findByHash(secretHash) {
      const row = await db.selectFrom('operator').where('secret_hash', '=', secretHash).selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async list(tenant) {
      const rows = await db.selectFrom('operator').where('tenant', '=', tenant).selectAll().orderBy('id').execute();
      return rows.map(read);
    },
    async remove(tenant, id) {
      const result = await db
        .deleteFrom('operator')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      return Number(result.numDeletedRows) === 1;
    },
    async used(tenant, id, atMs) {
      await db
        .updateTable('operator')
        .set({ last_used_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },
  };
}

export function readScopes(text: string | null): Scope[] | null {
  return text === null ? null : (JSON.parse(text) as Scope[]);
}

function read(row: Selectable<Tables['operator']>): OperatorRecord {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    role: row.role as Role,
    scopes: readScopes(row.scopes_json),
    createdBy: row.created_by,
    secretHash: row.secret_hash,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  };
}
