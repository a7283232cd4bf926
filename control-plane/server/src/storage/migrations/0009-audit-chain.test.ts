import { createHash } from 'node:crypto';
import { AuditChain } from '@wherry/protocol';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { expect, test } from 'vitest';
import { auditRepository } from '../sql/audit.ts';
import type { Tables } from '../sql/tables.ts';
import { begin } from './0001-begin.ts';
import { auditChain } from './0009-audit-chain.ts';

test('entries that were written before there was a chain are one for each tenant, with an end that waits for its signature', async () => {
  const sqlite = new Sqlite(':memory:');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const under = db as unknown as Kysely<unknown>;
  await begin(under, { numbered: (column) => column.primaryKey().autoIncrement() });
  const insert = sqlite.prepare(
    `insert into audit (tenant, at_ms, operator, action, subject, detail_json) values (?, ?, 'ada', 'x', 's', '{"b":1,"a":[null]}')`,
  );
  for (const [index, tenant] of ['acme', 'default', 'acme', 'acme'].entries()) insert.run(tenant, index);
  await auditChain(under);

  const audit = auditRepository(db);
  for (const [tenant, count] of [
    ['acme', 3],
    ['default', 1],
  ] as const) {
    const chain = new AuditChain(tenant, null, (bytes) => createHash('sha256').update(bytes).digest('hex'));
    for (const entry of await audit.after(tenant, 0, 10)) chain.follow(entry);
    const head = await audit.head(tenant);
    expect(head).toMatchObject({ id: count, sealed: null });
    chain.end(head);
    expect([chain.entryCount, chain.findings]).toEqual([count, []]);
  }
  await db.destroy();
});
