import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATHS } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWanderer } from '../../server/test/support/browse.ts';
import { startOidcProvider, type TestProvider } from '../../server/test/support/oidc-provider.ts';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** People and programs that sign in with the command line, from the first admin token on. */
const PASSWORD = 'moths in the relay';
const admin = recordedShell();
const grace = recordedShell();
let server: RunningServer;
let provider: TestProvider;

beforeAll(async () => {
  provider = await startOidcProvider();
  const folder = join(admin.folder, 'server');
  mkdirSync(folder);
  writeFileSync(join(folder, 'secret'), provider.clientSecret);
  const { issuer, clientId } = provider;
  const roles = [{ group: 'fleet', tenant: 'default', role: 'operator' }];
  const settings = { issuer, clientId, clientSecretFile: 'secret', scopes: ['openid', 'profile'], roles };
  writeFileSync(join(folder, 'oidc.json'), JSON.stringify(settings));
  server = await startServer(folder, undefined, undefined, ['--oidc', join(folder, 'oidc.json')]);
  provider.allow(server.origin + PATHS.oidcCallback);
});
afterAll(async () => {
  await server?.stop();
  await provider?.stop();
});

type Shell = typeof admin;
async function json<T>(shell: Shell, ...argv: string[]): Promise<T> {
  const { exitCode, out, err } = await shell.run('--json', ...argv);
  expect({ argv, exitCode, err: exitCode === 0 ? '' : err }).toEqual({ argv, exitCode: 0, err: '' });
  return JSON.parse(out) as T;
}
async function codeOf(shell: Shell, ...argv: string[]): Promise<string> {
  const { err } = await shell.run('--json', ...argv);
  return (JSON.parse(err) as { problems: { code: string }[] }).problems[0]?.code ?? '';
}
const stored = (shell: Shell) => join(shell.folder, '.config/wherry/config.json');
const signIn = (shell: Shell, password: string) => {
  shell.env.WHERRY_PASSWORD = password;
  return shell.run('login', '--server', server.origin, '--user', 'grace');
};

it('the first admin token makes an account, whose password nobody typed', async () => {
  await json(admin, 'login', '--server', server.origin, '--token', server.adminToken);
  const made = await json<{ password: string; role: string }>(
    admin,
    'user',
    'add',
    'grace',
    '--generate',
    '--role',
    'operator',
  );
  expect([made.role, made.password.length]).toEqual(['operator', 24]);
  expect((await signIn(grace, 'something else')).exitCode).toBe(1);
  expect((await signIn(grace, made.password)).exitCode).toBe(0);
  expect(await json(grace, 'status')).toMatchObject({ session: { operator: 'grace', kind: 'password' } });
  expect(statSync(stored(grace)).mode & 0o777).toBe(0o600);
  expect(readFileSync(stored(grace), 'utf8')).not.toContain(made.password);
});

it('people change their passwords themselves, and go on', async () => {
  grace.env.WHERRY_NEW_PASSWORD = 'password';
  expect(await codeOf(grace, 'user', 'passwd')).toBe('invalid_body');
  grace.env.WHERRY_NEW_PASSWORD = PASSWORD;
  await json(grace, 'user', 'passwd');
  expect(await json(grace, 'status')).toMatchObject({ session: { operator: 'grace' } });
  expect((await signIn(grace, PASSWORD)).exitCode).toBe(0);
});

it('roles and sessions follow the admin, and no operator makes one', async () => {
  expect(await codeOf(grace, 'user', 'ls')).toBe('forbidden');
  await json(admin, 'user', 'role', 'grace', 'viewer');
  expect(await json(grace, 'status')).toMatchObject({ session: { role: 'viewer' } });
  const { items } = await json<{ items: { name: string; sessions: number }[] }>(admin, 'user', 'ls');
  expect(items).toMatchObject([{ name: 'grace', role: 'viewer', source: 'local' }]);
  await json(admin, 'user', 'sign-out', 'grace');
  expect(await codeOf(grace, 'status')).toBe('unauthenticated');
  expect((await grace.run('user', 'rm', 'grace')).exitCode).toBe(2);
});

it('logout ends the session and forgets it', async () => {
  await signIn(grace, PASSWORD);
  const { token } = JSON.parse(readFileSync(stored(grace), 'utf8')) as { token: string };
  await json(grace, 'logout');
  expect((await grace.run('status')).err).toContain('wherry login');
  expect(await codeOf(grace, 'status', '--server', server.origin, '--token', token)).toBe('unauthenticated');
});

it('a token is bounded by its scopes', async () => {
  const args = ['--role', 'admin', '--scope', 'devices:read', 'rollouts:read'];
  const made = await json<{ token: string; scopes: string[] }>(admin, 'token', 'create', 'display', ...args);
  expect(made.scopes).toEqual(['devices:read', 'rollouts:read']);
  const as = ['--server', server.origin, '--token', made.token];
  await json(grace, 'device', 'ls', ...as);
  expect(await codeOf(grace, 'user', 'ls', ...as)).toBe('forbidden');
  expect((await admin.run('token', 'ls')).out).toContain('devices:read rollouts:read');
  const { items } = await json<{ items: { scope: string; operations: { id: string }[] }[] }>(grace, 'token', 'scopes');
  const reading = items.find(({ scope }) => scope === 'rollouts:read')?.operations.map(({ id }) => id);
  expect(reading).toContain('listRollouts');
  expect(reading).not.toContain('startRollout');
});

it('a browser signs the command line in', async () => {
  provider.person = { sub: '7', claims: { preferred_username: 'Hopper', groups: ['fleet'] } };
  const hopper = recordedShell();
  let page = Promise.resolve('');
  const watched = Object.assign(hopper, {
    terminal: { ...hopper.terminal, err: { write: (text: string) => browse(text) } },
  });
  function browse(text: string): void {
    const open = text.match(/https?:\/\/\S+oidc\S+/)?.[0];
    if (open)
      page = createWanderer()
        .go(open)
        .then(async ({ response }) => (await response?.text()) ?? '');
  }
  const { exitCode, out } = await watched.run('login', '--server', server.origin, '--oidc');
  expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringContaining('as hopper (operator)') });
  expect(await page).toContain('signed in');
});
