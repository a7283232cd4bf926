import type { DeviceId, Labels } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { ClaimTokenRecord, ClaimTokenRepository } from '../port/claim-tokens.ts';
import { decodeCursor } from '../port/cursor.ts';
import { pageOf } from './page.ts';
import type { Tables } from './tables.ts';

export function claimTokenRepository(db: Kysely<Tables>): ClaimTokenRepository {
  return {
    async add(record) {
      await db
        .insertInto('claim_token')
        .values({
          tenant: record.tenant,
          id: record.id,
          secret_hash: record.secretHash,
          device: record.device,
          labels_json: JSON.stringify(record.labels),
          created_at_ms: record.createdAtMs,
          expires_at_ms: record.expiresAtMs,
          used_at_ms: record.usedAtMs,
          used_by: record.usedBy,
          used_report_key: record.usedReportKey,
          is_reclaim: record.isReclaim ? 1 : 0,
          alarmed_at_ms: null,
        })
        .execute();
    },
    async find(id) {
      const row = await db.selectFrom('claim_token').where('id', '=', id).selectAll().executeTakeFirst();
      return row ? read(row) : null;
    },
    async use(id, by) {
      const result = await db
        .updateTable('claim_token')
        .set({ used_at_ms: by.atMs, used_by: by.device, used_report_key: by.reportKey })
        .where('id', '=', id)
        .where('used_at_ms', 'is', null)
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async alarm(id, atMs, quietMs) {
      const result = await db
        .updateTable('claim_token')
        .set({ alarmed_at_ms: atMs })
        .where('id', '=', id)
        .where((where) => where.or([where('alarmed_at_ms', 'is', null), where('alarmed_at_ms', '<=', atMs - quietMs)]))
        .executeTakeFirst();
      return Number(result.numUpdatedRows) === 1;
    },
    async list(tenant, { cursor, limit }) {
      const after = decodeCursor(cursor);
      let query = db.selectFrom('claim_token').where('tenant', '=', tenant);
      if (after !== undefined) query = query.where('id', '<', after);
      const rows = await query
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => row.id, read);
    },
    async remove(tenant, id) {
      const result = await db
        .deleteFrom('claim_token')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('used_at_ms', 'is', null)
        .executeTakeFirst();
      if (Number(result.numDeletedRows) === 1) return 'removed';
      const row = await db
        .selectFrom('claim_token')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .select('id')
        .executeTakeFirst();
      return row ? 'used' : 'not_found';
    },
  };
}

function read(row: Selectable<Tables['claim_token']>): ClaimTokenRecord {
  return {
    tenant: row.tenant,
    id: row.id,
    secretHash: row.secret_hash,
    device: row.device as DeviceId | null,
    labels: JSON.parse(row.labels_json) as Labels,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    usedAtMs: row.used_at_ms,
    usedBy: row.used_by as DeviceId | null,
    usedReportKey: row.used_report_key,
    isReclaim: row.is_reclaim === 1,
  };
}
