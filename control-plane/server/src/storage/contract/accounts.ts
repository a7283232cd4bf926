import { describe, expect, test } from 'vitest';
import type { OperatorRecord } from '../port/operators.ts';
import type { SessionHolder } from '../port/sessions.ts';
import type { UserRecord } from '../port/users.ts';
import type { Store } from '../port.ts';
import { A, B } from './records.ts';

const userOf = (name: string, extra: Partial<UserRecord> = {}): UserRecord => ({
  tenant: A,
  name,
  role: 'operator',
  source: 'local',
  subject: null,
  passwordHash: 'hash',
  createdAtMs: 1,
  signedInAtMs: null,
  ...extra,
});
const token: Omit<OperatorRecord, 'scopes'> = {
  ...{ tenant: A, id: 't1', name: 'build', role: 'publisher', createdBy: 'ada', secretHash: 'th' },
  ...{ createdAtMs: 1, expiresAtMs: 99, lastUsedAtMs: null },
};
const sessionOf = (secretHash: string, holder: SessionHolder, tenant = A) => {
  const times = { createdAtMs: 1, seenAtMs: 10, expiresAtMs: 100 };
  return { secretHash, tenant, kind: 'password' as const, holder, ...times };
};

/** People, their sessions, and the tokens of programs. */
export function accountContract(store: () => Store): void {
  describe('accounts', () => {
    test('a name is taken once in a tenant, and free in another', async () => {
      const { users } = store();
      expect(await users.hasAny()).toBe(false);
      expect(await users.add(userOf('ada'))).toBe(true);
      expect(await users.add(userOf('ada', { role: 'admin' }))).toBe(false);
      expect(await users.add(userOf('ada', { tenant: B, role: 'viewer' }))).toBe(true);
      expect(await users.find(A, 'ada')).toEqual(userOf('ada'));
      expect((await users.list(B)).map(({ role }) => role)).toEqual(['viewer']);
      expect(await users.setRole(A, 'ada', 'admin')).toBe(true);
      expect(await users.setRole(A, 'bob', 'admin')).toBe(false);
      expect((await users.find(B, 'ada'))?.role).toBe('viewer');
      expect(await users.remove(A, 'ada')).toBe(true);
      expect(await users.find(B, 'ada')).not.toBe(null);
    });
    test('a subject is one user of a tenant; users without one do not meet', async () => {
      const { users } = store();
      const subject = 'https://id.example|1';
      expect(await users.add(userOf('ada', { source: 'oidc', subject, passwordHash: null }))).toBe(true);
      expect(await users.add(userOf('eve', { source: 'oidc', subject, passwordHash: null }))).toBe(false);
      expect(await users.add(userOf('bob'))).toBe(true);
      expect(await users.add(userOf('cyd'))).toBe(true);
      expect((await users.findBySubject(A, subject))?.name).toBe('ada');
      expect(await users.findBySubject(B, subject)).toBe(null);
    });
    test('a session shows its holder as it is now, and none when the holder is gone', async () => {
      const { users, sessions, operators } = store();
      await users.add(userOf('ada'));
      await operators.add({ ...token, scopes: ['releases:write'] });
      await sessions.add(sessionOf('h1', { user: 'ada' }));
      await sessions.add(sessionOf('h2', { operatorId: 't1' }));
      await users.setRole(A, 'ada', 'viewer');
      expect(await sessions.find('h1')).toMatchObject({ user: { name: 'ada', role: 'viewer' }, operator: null });
      expect(await sessions.find('h2')).toMatchObject({
        user: null,
        operator: { name: 'build', scopes: ['releases:write'], expiresAtMs: 99 },
      });
      await users.remove(A, 'ada');
      await operators.remove(A, 't1');
      expect([await sessions.find('h1'), await sessions.find('h2'), await sessions.find('h3')]).toEqual([
        null,
        null,
        null,
      ]);
    });
    test('the sessions of one holder end, and of nobody else', async () => {
      const { users, sessions } = store();
      for (const [tenant, name] of [
        [A, 'ada'],
        [A, 'bob'],
        [B, 'ada'],
      ] as const)
        await users.add(userOf(name, { tenant }));
      for (const hash of ['a1', 'a2', 'a3']) await sessions.add(sessionOf(hash, { user: 'ada' }));
      await sessions.add(sessionOf('b1', { user: 'bob' }));
      await sessions.add(sessionOf('x1', { user: 'ada' }, B));
      expect(await sessions.countByUser(A)).toEqual(
        new Map([
          ['ada', 3],
          ['bob', 1],
        ]),
      );
      expect(await sessions.removeOf(A, { user: 'ada' })).toBe(3);
      const left = await Promise.all(['a1', 'a2', 'a3', 'b1', 'x1'].map((hash) => sessions.find(hash)));
      expect(left.map((held) => held !== null)).toEqual([false, false, false, true, true]);
    });
    test('what has ended or was not seen for long is removed', async () => {
      const { users, sessions } = store();
      await users.add(userOf('ada'));
      await sessions.add(sessionOf('ended', { user: 'ada' }));
      await sessions.add({ ...sessionOf('idle', { user: 'ada' }), expiresAtMs: 1_000 });
      await sessions.add({ ...sessionOf('alive', { user: 'ada' }), expiresAtMs: 1_000 });
      await sessions.seen('alive', 60);
      expect(await sessions.prune(100, 50)).toBe(2);
      expect((await sessions.countByUser(A)).get('ada')).toBe(1);
    });
    test('the oldest of a holder make room', async () => {
      const { users, sessions } = store();
      await users.add(userOf('ada'));
      for (const [at, hash] of ['s1', 's2', 's3'].entries())
        await sessions.add({ ...sessionOf(hash, { user: 'ada' }), createdAtMs: at });
      await sessions.add(sessionOf('other', { operatorId: 't1' }));
      expect([await sessions.trim(A, { user: 'ada' }, 2), await sessions.trim(A, { user: 'ada' }, 2)]).toEqual([1, 0]);
      const left = await Promise.all(['s1', 's2', 's3'].map((hash) => sessions.find(hash)));
      expect(left.map((held) => held !== null)).toEqual([false, true, true]);
    });
    test('a code is given once', async () => {
      const { sessions } = store();
      const code = { codeHash: 'c', challenge: 'x', tenant: A, user: 'ada', expiresAtMs: 5 };
      await sessions.addCode(code);
      const taken = await Promise.all([sessions.takeCode('c'), sessions.takeCode('c'), sessions.takeCode('d')]);
      expect(taken.filter((each) => each !== null)).toEqual([code]);
    });
  });
}
