import { createHash } from 'node:crypto';
import { AUDIT_BEGINNING, auditBytes } from '@wherry/protocol';
import type { Kysely } from 'kysely';

/** Tenants with their rules; the audit log as a chain for each of them; which rollouts a second operator has approved. */
export async function auditChain(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('tenant')
    .addColumn('tenant', 'text', (column) => column.primaryKey())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('settings_json', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .alterTable('rollout')
    .addColumn('is_seconded', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('rollout_by_release').on('rollout').columns(['tenant', 'release']).execute();
  await db.schema.alterTable('audit').addColumn('seq', 'bigint').execute();
  await db.schema.alterTable('audit').addColumn('previous', 'text').execute();
  await db.schema.alterTable('audit').addColumn('hash', 'text').execute();
  await db.schema
    .createTable('audit_head')
    .addColumn('tenant', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('head_json', 'text')
    .addColumn('checkpoint_json', 'text')
    .execute();
  await linkWhatIsThere(db as Kysely<Before>);
  await db.schema.createIndex('audit_by_seq').on('audit').columns(['tenant', 'seq']).unique().execute();
}

interface Before {
  operator: { tenant: string };
  tenant: { tenant: string; created_at_ms: number; created_by: string; settings_json: string };
  audit: {
    id: number;
    tenant: string;
    at_ms: number;
    operator: string;
    action: string;
    subject: string;
    detail_json: string;
    seq: number | null;
    previous: string | null;
    hash: string | null;
  };
  audit_head: { tenant: string; seq: number; hash: string };
}

/** The heads have no signature yet: the control plane that begins with this log signs them once. */
async function linkWhatIsThere(db: Kysely<Before>): Promise<void> {
  const tenants = await db.selectFrom('operator').select('tenant').distinct().execute();
  for (const { tenant } of tenants)
    await db
      .insertInto('tenant')
      .values({ tenant, created_at_ms: 0, created_by: 'installation', settings_json: '{}' })
      .execute();
  const heads = new Map<string, { seq: number; hash: string }>();
  for (const row of await db.selectFrom('audit').selectAll().orderBy('id').execute()) {
    const { seq, hash: previous } = heads.get(row.tenant) ?? { seq: 0, hash: AUDIT_BEGINNING };
    const { at_ms: atMs, operator, action, subject } = row;
    const detail = JSON.parse(row.detail_json) as Record<string, unknown>;
    const entry = { id: seq + 1, atMs, operator, action, subject, detail, previous };
    const hash = createHash('sha256').update(auditBytes(row.tenant, entry)).digest('hex');
    heads.set(row.tenant, { seq: seq + 1, hash });
    await db
      .updateTable('audit')
      .set({ seq: seq + 1, previous, hash })
      .where('id', '=', row.id)
      .execute();
  }
  for (const [tenant, head] of heads)
    await db
      .insertInto('audit_head')
      .values({ tenant, ...head })
      .execute();
}
