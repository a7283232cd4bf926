import type { Kysely } from 'kysely';
import type { AuditRepository } from '../port/audit.ts';
import { decodeNumber } from '../port/cursor.ts';
import { pageOf } from './page.ts';
import type { Tables } from './tables.ts';

export function auditRepository(db: Kysely<Tables>): AuditRepository {
  return {
    async append(tenant, entry) {
      const { atMs, operator, action, subject, detail } = entry;
      await db
        .insertInto('audit')
        .values({ tenant, at_ms: atMs, operator, action, subject, detail_json: JSON.stringify(detail) })
        .execute();
    },
    async list(tenant, { cursor, limit }) {
      const before = decodeNumber(cursor);
      let query = db.selectFrom('audit').where('tenant', '=', tenant);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(
        rows,
        limit,
        (row) => row.id,
        (row) => ({
          id: row.id,
          atMs: row.at_ms,
          operator: row.operator,
          action: row.action,
          subject: row.subject,
          detail: JSON.parse(row.detail_json) as Record<string, unknown>,
        }),
      );
    },
  };
}
