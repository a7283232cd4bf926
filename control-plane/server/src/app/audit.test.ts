import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditSigner } from '../trust/open-audit-signer.ts';
import { beginAudit } from './audit/begin-audit.ts';
import { pruneAudit } from './audit/prune-audit.ts';
import { useCases } from './operations.ts';
import { expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

/** The chain on a real database, and what is found when somebody else writes to it. */
let folder: string;
let fleet: TestFleet;
let db: Sqlite.Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-audit-'));
  fleet = await openFleet(join(folder, 'wherry.db'));
  db = new Sqlite(join(folder, 'wherry.db'));
  await beginAudit(fleet.context);
});
afterEach(async () => {
  db.close();
  await fleet.close();
  await rm(folder, { recursive: true });
});

const DAY_MS = 86_400_000;
async function act(count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    expectOk(await useCases.createClaimToken(fleet.context, fleet.admin, { body: {} as never }));
}
const verify = async () => expectOk(await useCases.verifyAudit(fleet.context, fleet.admin, {}));
const found = async () => (await verify()).findings.map(({ kind, id }) => [kind, id]);

test('a log that nobody touched is intact, page after page, also while it is written to', async () => {
  expect(await verify()).toMatchObject({ isIntact: true, entries: 0, firstId: null, head: null });
  await act(3);
  const looks = await Promise.all([verify(), act(5), verify()]);
  expect(looks.map((look) => look?.isIntact ?? true)).toEqual([true, true, true]);
  const { items } = expectOk(await useCases.listAudit(fleet.context, fleet.admin, {}));
  expect(await verify()).toMatchObject({
    isIntact: true,
    entries: 8,
    firstId: 1,
    head: { id: 8, hash: items[0]?.hash },
  });
});

test.each<[string, string, readonly unknown[]]>([
  ['changed', `update audit set operator = 'eve' where seq = 3`, [['changed', 3]]],
  ['changed in its detail', `update audit set detail_json = '{"device":"x"}' where seq = 3`, [['changed', 3]]],
  ['removed', `delete from audit where seq = 3`, [['removed', 3]]],
  ['removed at the end', `delete from audit where seq = 6`, [['removed', 6]]],
  [
    'in each other’s place',
    `update audit set seq = -1 where seq = 3; update audit set seq = 3 where seq = 4; update audit set seq = 4 where seq = -1`,
    [['reordered', 3]],
  ],
  [
    'put at the end',
    `insert into audit (tenant, seq, at_ms, operator, action, subject, detail_json, previous, hash)
     select tenant, 7, at_ms, 'eve', action, subject, detail_json, hash, hash from audit where seq = 6`,
    [
      ['changed', 7],
      ['inserted', 7],
    ],
  ],
  ['without a signed end', `delete from audit_head`, [['unsigned', 6]]],
  ['with an end of before', `update audit_head set head_json = null`, [['unsigned', 6]]],
])('an entry %s is found', async (_, tamper, expected) => {
  await act(6);
  db.exec(tamper);
  const look = await verify();
  expect(look.isIntact).toBe(false);
  for (const one of expected) expect(await found()).toContainEqual(one);
});

test('what was tampered with is not signed into the log by the next change: the log says so itself', async () => {
  await act(3);
  db.exec(`delete from audit where seq = 3`);
  await act(1);
  const { items } = expectOk(await useCases.listAudit(fleet.context, fleet.admin, {}));
  expect(items.map(({ id, action }) => [id, action])).toEqual([
    [4, 'create_claim_token'],
    [3, 'audit_head_distrusted'],
    [2, 'create_claim_token'],
    [1, 'create_claim_token'],
  ]);
  expect(await found()).toEqual([['unsigned', 3]]);
  await act(1);
  expect(await found()).toEqual([['unsigned', 3]]);
});

test('a log that was written anew with another key does not pass', async () => {
  await act(2);
  const stranger = await openAuditSigner(folder);
  const [head] = await fleet.store.audit.heads();
  if (!head) throw new Error('there is no head');
  const point = { tenant: 'default' as never, id: head.id, hash: head.hash, atMs: 0 };
  await fleet.store.audit.seal('default', stranger.seal('head', point));
  expect(await found()).toEqual([['unsigned', 2]]);
  await fleet.store.audit.seal('default', fleet.context.auditSigner.seal('checkpoint', point));
  expect(await found()).toEqual([['unsigned', 2]]);
  await fleet.store.audit.seal(
    'default',
    fleet.context.auditSigner.seal('head', { ...point, tenant: 'rival' as never }),
  );
  expect(await found()).toEqual([['unsigned', 2]]);
});

test('retention gives up old entries, once a day, behind a signed checkpoint that holds the chain', async () => {
  const body = { audit: { keptMs: 30 * DAY_MS } };
  expectOk(await useCases.setTenantSettings(fleet.context, fleet.admin, { body }));
  await act(4);
  fleet.advance(20 * DAY_MS);
  await act(2);
  expect(await pruneAudit(fleet.context)).toBe(0);
  fleet.advance(11 * DAY_MS + 1);
  expect(await pruneAudit(fleet.context)).toBe(5);
  expect(await pruneAudit(fleet.context)).toBe(0);
  expect(await verify()).toMatchObject({ isIntact: true, entries: 3, firstId: 6, head: { id: 8 } });
  const { items } = expectOk(await useCases.listAudit(fleet.context, fleet.admin, {}));
  expect(items[0]).toMatchObject({ action: 'prune_audit', detail: { fromId: 1, throughId: 5 } });
  fleet.advance(100 * DAY_MS);
  expect(await pruneAudit(fleet.context)).toBe(3);
  await act(1);
  expect(await verify()).toMatchObject({ isIntact: true, entries: 2, firstId: 9 });

  db.exec(`delete from audit where seq = 9`);
  expect(await found()).toEqual([['removed', 9]]);
  db.exec(`update audit_head set checkpoint_json = head_json`);
  expect(await found()).toContainEqual(['unsigned', 0]);
});

test('what was written before there was a key is signed once, and never again', async () => {
  await act(2);
  await rm(join(fleet.dataDir, 'audit-begun'));
  db.exec(`update audit_head set head_json = null`);
  await beginAudit(fleet.context);
  expect(await found()).toEqual([]);
  db.exec(`update audit_head set head_json = null`);
  await beginAudit(fleet.context);
  expect(await found()).toEqual([['unsigned', 2]]);
});

test('an export is the log with its signed beginning and end, a page at a time', async () => {
  await act(5);
  const read = async (after: number) =>
    expectOk(await useCases.exportAudit(fleet.context, fleet.admin, { query: { after, limit: 3 } }));
  const first = await read(0);
  const second = await read(3);
  expect([first.items.length, first.hasMore, first.head]).toEqual([3, true, null]);
  expect([second.items.length, second.hasMore, first.checkpoint]).toEqual([2, false, null]);
  expect(fleet.context.auditSigner.open('head', second.head as never)).toMatchObject({ id: 5, tenant: 'default' });
});

test('tenants are added by the installation’s own admins only, each with a log that begins with that', async () => {
  const body = { tenant: 'acme' as never };
  const { token } = expectOk(await useCases.addTenant(fleet.context, fleet.admin, { body }));
  expect(token).toMatch(/^wop1\./);
  const again = await useCases.addTenant(fleet.context, fleet.admin, { body });
  const stranger = { ...fleet.admin, tenant: 'acme' };
  const refusals = [again, await useCases.addTenant(fleet.context, stranger, { body: { tenant: 'x' as never } })];
  expect(refusals.map((one) => !one.ok && one.problems[0]?.code)).toEqual(['already_exists', 'forbidden']);
  expect(await useCases.listTenants(fleet.context, stranger, {})).toMatchObject({ ok: false });
  const { items } = expectOk(await useCases.listTenants(fleet.context, fleet.admin, {}));
  expect(items.map(({ tenant }) => tenant)).toEqual(['acme']);
  const theirs = expectOk(await useCases.listAudit(fleet.context, stranger, {}));
  expect(theirs.items.map(({ id, operator, action }) => [id, operator, action])).toEqual([
    [1, 'control plane', 'add_tenant'],
  ]);
  expect(expectOk(await useCases.verifyAudit(fleet.context, stranger, {})).isIntact).toBe(true);
});
