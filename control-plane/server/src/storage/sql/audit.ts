import type { AuditEntry, Envelope } from '@wherry/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { AuditHead, AuditRepository } from '../port/audit.ts';
import { decodeNumber } from '../port/cursor.ts';
import { pageOf } from './page.ts';
import type { Tables } from './tables.ts';

type Head = Omit<Tables['audit_head'], 'checkpoint_json'>;

export function auditRepository(db: Kysely<Tables>): AuditRepository {
  const entriesOf = (tenant: string) => db.selectFrom('audit').where('tenant', '=', tenant);
  const begin = async (row: Head) => {
    const result = await db
      .insertInto('audit_head')
      .values({ ...row, checkpoint_json: null })
      .onConflict((conflict) => conflict.column('tenant').doNothing())
      .executeTakeFirst();
    return Number(result.numInsertedOrUpdatedRows) === 1;
  };
  const move = async (row: Head, from: number) => {
    const result = await db
      .updateTable('audit_head')
      .set(row)
      .where('tenant', '=', row.tenant)
      .where('seq', '=', from)
      .executeTakeFirst();
    return Number(result.numUpdatedRows) === 1;
  };
  return {
    async append(tenant, entry, sealed, before) {
      const { id, atMs, operator, action, subject, detail, previous, hash } = entry;
      const row = { tenant, seq: id, hash, head_json: JSON.stringify(sealed) };
      if (!(before === null ? await begin(row) : await move(row, before.id))) return false;
      await db
        .insertInto('audit')
        .values({
          ...{ tenant, seq: id, at_ms: atMs, operator, action, subject, previous, hash },
          detail_json: JSON.stringify(detail),
        })
        .execute();
      return true;
    },
    async head(tenant) {
      const row = await db.selectFrom('audit_head').where('tenant', '=', tenant).selectAll().executeTakeFirst();
      return row ? readHead(row) : null;
    },
    async last(tenant) {
      const row = await entriesOf(tenant).selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
      return row ? read(row) : null;
    },
    async heads() {
      const rows = await db.selectFrom('audit_head').selectAll().orderBy('tenant').execute();
      return rows.map((row) => ({ tenant: row.tenant, ...readHead(row) }));
    },
    async seal(tenant, head) {
      await db
        .updateTable('audit_head')
        .set({ head_json: JSON.stringify(head) })
        .where('tenant', '=', tenant)
        .execute();
    },
    async list(tenant, { cursor, limit }) {
      const before = decodeNumber(cursor);
      let query = entriesOf(tenant);
      if (before !== undefined) query = query.where('seq', '<', before);
      const rows = await query
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(limit + 1)
        .execute();
      return pageOf(rows, limit, (row) => row.seq, read);
    },
    async after(tenant, id, limit) {
      const rows = await entriesOf(tenant).where('seq', '>', id).selectAll().orderBy('seq').limit(limit).execute();
      return rows.map(read);
    },
    async lastBefore(tenant, atMs) {
      const kept = await entriesOf(tenant)
        .where('at_ms', '>=', atMs)
        .select((select) => select.fn.min('seq').as('seq'))
        .executeTakeFirst();
      let query = entriesOf(tenant);
      if (kept?.seq != null) query = query.where('seq', '<', kept.seq);
      const row = await query.selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
      return row ? read(row) : null;
    },
    async prune(tenant, throughId, checkpoint) {
      await db.deleteFrom('audit').where('tenant', '=', tenant).where('seq', '<=', throughId).execute();
      await db
        .updateTable('audit_head')
        .set({ checkpoint_json: JSON.stringify(checkpoint) })
        .where('tenant', '=', tenant)
        .execute();
    },
  };
}

function readHead(row: Selectable<Tables['audit_head']>): AuditHead {
  return {
    id: row.seq,
    hash: row.hash,
    sealed: row.head_json === null ? null : (JSON.parse(row.head_json) as Envelope),
    checkpoint: row.checkpoint_json === null ? null : (JSON.parse(row.checkpoint_json) as Envelope),
  };
}

function read(row: Selectable<Tables['audit']>): AuditEntry {
  return {
    id: row.seq,
    atMs: row.at_ms,
    operator: row.operator,
    action: row.action,
    subject: row.subject,
    detail: JSON.parse(row.detail_json) as Record<string, unknown>,
    previous: row.previous,
    hash: row.hash,
  };
}
