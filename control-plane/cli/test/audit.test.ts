import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** Tenants and their logs, with the real server: one is tampered with in the database, and is found here and there. */
const shell = recordedShell();
const folder = join(shell.folder, 'server');
let server: RunningServer;
beforeAll(async () => {
  server = await startServer(folder);
  await ok('login', '--server', server.origin, '--token', server.adminToken);
});
afterAll(() => server.stop());

const file = (name: string) => join(shell.folder, name);
async function ok(...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await shell.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
  return out;
}
const json = async (...argv: string[]) => JSON.parse(await ok('--json', ...argv));

it('a tenant is added, has rules of its own, and sees nothing of the others', async () => {
  const { token } = await json('tenant', 'add', 'acme');
  expect((await json('tenant', 'ls')).items.map(({ tenant }: { tenant: string }) => tenant)).toEqual([
    'acme',
    'default',
  ]);
  expect((await shell.run('tenant', 'add', 'acme')).err).toContain('[already_exists]');
  expect((await shell.run('tenant', 'ls', '--token', token)).err).toContain('[forbidden]');
  expect(await ok('tenant', 'show')).toContain('never asked for');
  const rules = await json('tenant', 'set', '--approvals-above', '20%', '--keep-audit', '400d', '--token', token);
  expect(rules).toEqual({ approvals: { aboveShare: 0.2 }, audit: { keptMs: 400 * 86_400_000 } });
  expect(await json('tenant', 'show')).toEqual({ approvals: { aboveShare: null }, audit: { keptMs: null } });
  expect(await json('tenant', 'set', '--approvals-above', 'never', '--token', token)).toMatchObject({
    approvals: { aboveShare: null },
  });
  const { items } = await json('audit', '--token', token);
  expect(items.map(({ id }: { id: number }) => id)).toEqual([3, 2, 1]);
});

it('a log is verified and exported, and what somebody did to the database is named', async () => {
  for (let n = 0; n < 3; n++) await ok('device', 'claim-token');
  expect(await ok('audit', 'verify')).toContain('whole');
  writeFileSync(file('before.jsonl'), await ok('audit', 'export'));
  await ok('device', 'claim-token');
  writeFileSync(file('after.jsonl'), await ok('audit', 'export'));
  expect(await json('audit', 'verify', 'after.jsonl', '--earlier', 'before.jsonl')).toMatchObject({
    isIntact: true,
    tenant: 'default',
  });

  const db = new DatabaseSync(join(folder, 'wherry.db'));
  db.exec(`update audit set operator = 'nobody' where tenant = 'default' and seq = 2`);
  db.exec(`delete from audit where tenant = 'default' and seq = 4`);
  db.close();
  const there = await shell.run('--json', 'audit', 'verify');
  writeFileSync(file('tampered.jsonl'), await ok('audit', 'export'));
  const here = await shell.run('--json', 'audit', 'verify', 'tampered.jsonl');
  for (const { exitCode, out, err } of [there, here]) {
    expect(exitCode).toBe(1);
    expect(JSON.parse(out).findings).toMatchObject([
      { kind: 'changed', id: 2 },
      { kind: 'removed', id: 4 },
    ]);
    expect(JSON.parse(err).problems[0].code).toBe('audit_broken');
  }
});
