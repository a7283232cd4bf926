import type { Scope } from '@wherry/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authenticateOperator } from './authenticate-operator.ts';
import { bootstrap } from './bootstrap.ts';
import { APP_LIMITS } from './limits.ts';
import { useCases } from './operations.ts';
import { prune } from './prune.ts';
import { beginSession } from './sign-in/begin-session.ts';
import { changePassword } from './sign-in/change-password.ts';
import { checkPassword } from './sign-in/check-password.ts';
import { giveSignInCode, takeSignInCode } from './sign-in/take-sign-in-code.ts';
import { welcomeProvidedUser } from './sign-in/welcome-provided-user.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';
import type { Caller } from './use-cases.ts';

const PASSWORD = 'moths in the relay';
let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

async function addUser(name: string, role: 'viewer' | 'operator' | 'admin' = 'operator') {
  return expectOk(await useCases.createUser(fleet.context, fleet.admin, { body: { name, role, password: PASSWORD } }));
}
async function signIn(name: string, replaces: string | null = null) {
  const holder = { user: name };
  const begun = await beginSession(fleet.context, { tenant: 'default', kind: 'password', holder, replaces });
  if (!begun) throw new Error(`no session for ${name}`);
  return begun;
}
const who = async (text: string) => (await authenticateOperator(fleet.context, text))?.caller ?? null;
const users = async () => expectOk(await useCases.listUsers(fleet.context, fleet.admin, {})).items;

describe('users', () => {
  test('sign in with their password and nobody else', async () => {
    await addUser('grace');
    const check = (tenant: string, name: string, text: string) => checkPassword(fleet.context, tenant, name, text);
    expect((await check('default', 'grace', PASSWORD))?.role).toBe('operator');
    expect(await check('default', 'grace', `${PASSWORD} `)).toBe(null);
    expect(await check('default', 'ada', PASSWORD)).toBe(null);
    expect(await check('other', 'grace', PASSWORD)).toBe(null);
    expect(JSON.stringify(await users())).not.toContain('argon2');
  });

  test('are refused with a weak password, or a name that is taken', async () => {
    await addUser('grace');
    const create = async (name: string, password: string) =>
      codesOf(await useCases.createUser(fleet.context, fleet.admin, { body: { name, role: 'viewer', password } }));
    expect(await create('grace', PASSWORD)).toEqual(['already_exists']);
    expect(await create('ada', 'password1234')).toEqual(['invalid_body']);
    expect((await users()).map(({ name }) => name)).toEqual(['grace']);
  });

  test('have the role that they were given last, in the session that they have', async () => {
    await addUser('grace');
    const { text } = await signIn('grace');
    const body = { role: 'viewer' } as const;
    expectOk(await useCases.setUserRole(fleet.context, fleet.admin, { params: { name: 'grace' }, body }));
    expect((await who(text))?.role).toBe('viewer');
  });

  test('are gone with their sessions', async () => {
    await addUser('grace');
    await addUser('root', 'admin');
    const { text } = await signIn('grace');
    expectOk(await useCases.removeUser(fleet.context, fleet.admin, { params: { name: 'grace' } }));
    expect(await who(text)).toBe(null);
    await addUser('grace');
    expect(await who(text)).toBe(null);
  });

  test('never leave a tenant without an admin', async () => {
    await addUser('root', 'admin');
    const root = { params: { name: 'root' } };
    const demote = { ...root, body: { role: 'operator' } } as const;
    const late = expectOk(
      await useCases.createOperatorToken(fleet.context, fleet.admin, {
        body: { name: 'spare', role: 'admin', ttlMs: 60_000 },
      }),
    );
    fleet.advance(60_000);
    expect(codesOf(await useCases.removeUser(fleet.context, fleet.admin, root))).toEqual(['not_allowed_in_state']);
    expect(codesOf(await useCases.setUserRole(fleet.context, fleet.admin, demote))).toEqual(['not_allowed_in_state']);
    expectOk(await useCases.removeOperatorToken(fleet.context, fleet.admin, { params: { id: late.id } }));
    await addUser('spare', 'admin');
    expectOk(await useCases.removeUser(fleet.context, fleet.admin, root));
  });
});

describe('sessions', () => {
  test('end after a while without use, at the latest at their end, and when they are pruned', async () => {
    await addUser('grace');
    const { text } = await signIn('grace');
    const idleMs = APP_LIMITS.sessionIdleMs;
    for (let usedMs = 0; usedMs + idleMs < APP_LIMITS.sessionMaxMs; usedMs += idleMs - 1) {
      expect((await who(text))?.operator).toBe('grace');
      fleet.advance(idleMs - 1);
    }
    expect(await who(text)).not.toBe(null);
    fleet.advance(idleMs - 1);
    expect(await who(text)).toBe(null);
    const { text: idle } = await signIn('grace');
    fleet.advance(idleMs);
    expect(await who(idle)).toBe(null);
    expect((await users())[0]?.sessions).toBe(2);
    await prune(fleet.context);
    expect((await users())[0]?.sessions).toBe(0);
  });

  test('are another after each sign-in', async () => {
    await addUser('grace');
    const first = await signIn('grace');
    const second = await signIn('grace', first.signedIn.sessionHash);
    expect([await who(first.text), (await who(second.text))?.operator]).toEqual([null, 'grace']);
  });

  test('all end when an admin says so, and when the password changes', async () => {
    await addUser('grace');
    const [one, two] = [await signIn('grace'), await signIn('grace')];
    expectOk(await useCases.closeUserSessions(fleet.context, fleet.admin, { params: { name: 'grace' } }));
    expect([await who(one.text), await who(two.text)]).toEqual([null, null]);
    const three = await signIn('grace');
    const next = 'a nanosecond of wire';
    expect(await changePassword(fleet.context, three.signedIn, 'wrong', next)).toEqual({ ok: true, value: 'wrong' });
    expect(await who(three.text)).not.toBe(null);
    expectOk(await changePassword(fleet.context, three.signedIn, PASSWORD, next));
    expect(await who(three.text)).toBe(null);
    expect(await checkPassword(fleet.context, 'default', 'grace', PASSWORD)).toBe(null);
    expect((await checkPassword(fleet.context, 'default', 'grace', next))?.name).toBe('grace');
  });

  test('of a token have its bounds and end with it', async () => {
    const body = { name: 'build', role: 'publisher', scopes: ['releases:write'], ttlMs: 60_000 } as const;
    const made = expectOk(
      await useCases.createOperatorToken(fleet.context, fleet.admin, { body: { ...body, scopes: [...body.scopes] } }),
    );
    const holder = { operatorId: made.id };
    const begin = () => beginSession(fleet.context, { tenant: 'default', kind: 'token', holder, replaces: null });
    const text = (await begin())?.text ?? '';
    expect(await who(text)).toMatchObject({ role: 'publisher', scopes: ['releases:write'] });
    fleet.advance(60_000);
    expect(await who(text)).toBe(null);
    expectOk(await useCases.removeOperatorToken(fleet.context, fleet.admin, { params: { id: made.id } }));
    expect(await begin()).toBe(null);
  });
});

describe('scopes', () => {
  const bounded = (...scopes: Scope[]): Caller => ({ ...fleet.admin, scopes });

  test('hold at the use cases too', async () => {
    const list = await useCases.listUsers(fleet.context, bounded('releases:write'), {});
    expect(codesOf(list)).toEqual(['forbidden']);
    expectOk(await useCases.listUsers(fleet.context, bounded('access:write'), {}));
  });

  test('are not got rid of by making something else', async () => {
    const { context } = fleet;
    await addUser('grace');
    const caller = bounded('access:write', 'devices:read');
    const token = (scopes?: Scope[]) => ({ body: { name: 'x', role: 'admin', ...(scopes && { scopes }) } }) as const;
    expect(codesOf(await useCases.createOperatorToken(context, caller, token()))).toEqual(['forbidden']);
    expect(codesOf(await useCases.createOperatorToken(context, caller, token(['releases:read'])))).toEqual([
      'forbidden',
    ]);
    expectOk(await useCases.createOperatorToken(context, caller, token(['devices:read'])));
    const create = { body: { name: 'eve', role: 'viewer', password: PASSWORD } } as const;
    expect(codesOf(await useCases.createUser(context, caller, create))).toEqual(['forbidden']);
    const grace = { params: { name: 'grace' } };
    const promote = { ...grace, body: { role: 'admin' } } as const;
    expect(codesOf(await useCases.setUserRole(context, caller, promote))).toEqual(['forbidden']);
    const take = { ...grace, body: { password: PASSWORD } };
    expect(codesOf(await useCases.setUserPassword(context, caller, take))).toEqual(['forbidden']);
  });
});

describe('users of the provider', () => {
  const ada = { tenant: 'default', role: 'viewer', subject: 'https://id|1', claimedName: 'Grace' } as const;

  test('never take over a name, and are the same person under another one', async () => {
    await addUser('grace', 'admin');
    expect(await welcomeProvidedUser(fleet.context, ada)).toEqual({ tenant: 'default', name: 'grace-2' });
    const renamed = { ...ada, claimedName: 'someone', role: 'operator' as const };
    expect(await welcomeProvidedUser(fleet.context, renamed)).toEqual({ tenant: 'default', name: 'grace-2' });
    expect((await users()).map(({ name, role, source }) => [name, role, source])).toEqual([
      ['grace', 'admin', 'local'],
      ['grace-2', 'operator', 'oidc'],
    ]);
  });

  test('have neither a password nor a role of ours', async () => {
    await welcomeProvidedUser(fleet.context, ada);
    const grace = { params: { name: 'grace' } };
    expect(await checkPassword(fleet.context, 'default', 'grace', '')).toBe(null);
    for (const outcome of [
      await useCases.setUserPassword(fleet.context, fleet.admin, { ...grace, body: { password: PASSWORD } }),
      await useCases.setUserRole(fleet.context, fleet.admin, { ...grace, body: { role: 'admin' } }),
      await changePassword(fleet.context, (await signIn('grace')).signedIn, '', PASSWORD),
    ])
      expect(codesOf(outcome)).toEqual(['not_allowed_in_state']);
  });

  test('sign in a program by a code that is good once, soon, and with its verifier', async () => {
    const { context } = fleet;
    const user = { tenant: 'default', name: 'grace' };
    const challenge = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
    const give = () => giveSignInCode(context, user, challenge);
    const code = await give();
    expect(await takeSignInCode(context, code, 'abc')).toEqual(user);
    expect(await takeSignInCode(context, code, 'abc')).toBe(null);
    expect(await takeSignInCode(context, await give(), 'abd')).toBe(null);
    const late = await give();
    fleet.advance(APP_LIMITS.signInCodeMs);
    expect(await takeSignInCode(context, late, 'abc')).toBe(null);
  });
});

test('a start without any admin makes a token, and never one that was revoked', async () => {
  const { readFile } = await import('node:fs/promises');
  const { adminTokenFile } = await bootstrap(fleet.context, fleet.dataDir);
  const first = (await readFile(adminTokenFile, 'utf8')).trim();
  await addUser('root', 'admin');
  const [token] = expectOk(await useCases.listOperatorTokens(fleet.context, fleet.admin, {})).items;
  expectOk(await useCases.removeOperatorToken(fleet.context, fleet.admin, { params: { id: token?.id ?? '' } }));
  await bootstrap(fleet.context, fleet.dataDir);
  expect(await who(first)).toBe(null);
  await fleet.store.users.setRole('default', 'root', 'viewer');
  await bootstrap(fleet.context, fleet.dataDir);
  const second = (await readFile(adminTokenFile, 'utf8')).trim();
  expect([await who(first), (await who(second))?.role]).toEqual([null, 'admin']);
});
