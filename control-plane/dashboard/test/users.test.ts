import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, getSession, listAudit, listDevices, listUsers, openSession, PATHS } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOidcProvider, type TestProvider } from '../../server/test/support/oidc-provider.ts';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, forgive, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { expectGoodLooks } from './support/looks.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** People with accounts: let in, signed in, given another password, sent away; and tokens that are bounded by scopes. */
const PASSWORD = 'moths in the relay';
const NEXT = 'a nanosecond of wire';
let plane: ControlPlane;
let browser: Browser;
let provider: TestProvider;
let folder: string;

beforeAll(async () => {
  await buildDashboard();
  provider = await startOidcProvider();
  folder = await mkdtemp(join(tmpdir(), 'wherry-users-'));
  await writeFile(join(folder, 'secret'), provider.clientSecret);
  const { issuer, clientId } = provider;
  const roles = [{ group: 'fleet', tenant: 'default', role: 'operator' }];
  const settings = {
    name: 'Test ID',
    issuer,
    clientId,
    clientSecretFile: 'secret',
    scopes: ['openid', 'profile'],
    roles,
  };
  await writeFile(join(folder, 'oidc.json'), JSON.stringify(settings));
  plane = await startControlPlane(['--oidc', join(folder, 'oidc.json')]);
  provider.allow(plane.http + PATHS.oidcCallback);
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane });
  await provider?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function signInAs(user: string, password: string): Promise<void> {
  const { page } = browser;
  await page.goto('/');
  await page.getByLabel('User', { exact: true }).fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
const bearerOf = async (user: string, password: string) => {
  const anonymous = createClient({ origin: plane.http });
  const { token = '' } = await anonymous.call(openSession, { body: { user, password, as: 'bearer' } });
  return createClient({ origin: plane.http, token });
};

test('whoever holds the first token is told to make an account, and makes one', async () => {
  const { page } = browser;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Users' }).click();
  await page.getByRole('heading', { name: 'No users yet' }).waitFor();
  await soon(textOf(page.getByRole('status').filter({ hasText: 'token' }))).toMatch(/make an account/);
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Grace');
  await dialog.getByLabel('Role').selectOption('admin');
  await dialog.getByLabel('First password').fill('passwordpassword');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await soon(textOf(dialog.getByRole('alert'))).toMatch(/password/);
  await dialog.getByLabel('First password').fill(PASSWORD);
  await browser.picture('user-new');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await soon(() => dialog.count()).toBe(0);
  await soon(textOf(page.locator('[data-row="grace"]'))).toMatch(/admin/);
  forgive(browser, /status of 400/);
});

test('a user signs in with the password, and not with another one', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('User', { exact: true }).waitFor();
  await signInAs('grace', 'not the password');
  await soon(() => page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
  await browser.picture('sign-in-account');
  expect(await findBarriers(page)).toEqual([]);
  await signInAs('Grace', PASSWORD);
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await soon(textOf(page.getByRole('link', { name: /grace/ }))).toMatch(/admin/);
  forgive(browser, /status of 401/);
});

test('the own password is changed with the one of now, and other sessions end', async () => {
  const { page } = browser;
  const elsewhere = await bearerOf('grace', PASSWORD);
  await page.getByRole('link', { name: /grace/ }).click();
  const password = page.getByRole('region', { name: 'Password' });
  await password.getByLabel('Current password').fill('wrong');
  await password.getByLabel('New password').fill(NEXT);
  await password.getByRole('button', { name: 'Change the password' }).click();
  await password.getByRole('alert').waitFor();
  await password.getByLabel('Current password').fill(PASSWORD);
  await password.getByRole('button', { name: 'Change the password' }).click();
  await soon(textOf(password.getByRole('status'))).toMatch(/other sessions have ended/);
  await browser.picture('account');
  await expect(elsewhere.call(getSession, {})).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
  await page.reload();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  forgive(browser, /status of 400/);
});

test('roles and sessions of others are changed, and seen to hold at the server', async () => {
  const { page } = browser;
  await page.goto('/users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('ada@example.com');
  await dialog.getByLabel('First password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await soon(() => dialog.count()).toBe(0);
  const ada = await bearerOf('ada@example.com', PASSWORD);
  expect((await ada.call(getSession, {})).role).toBe('viewer');
  await page.getByRole('button', { name: 'Change ada@example.com' }).click();
  await dialog.getByLabel('Role').selectOption('operator');
  await soon(textOf(dialog.getByRole('status'))).toMatch(/operator now/);
  expect((await ada.call(getSession, {})).role).toBe('operator');
  await browser.picture('user-change');
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
  await dialog.getByRole('button', { name: /Press again/ }).click();
  await soon(textOf(dialog.getByRole('status'))).toMatch(/session has ended/);
  await expect(ada.call(getSession, {})).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByRole('button', { name: /Press again/ }).click();
  await soon(() => dialog.count()).toBe(0);
  await soon(() => page.locator('[data-row="ada@example.com"]').count()).toBe(0);
  await browser.picture('users');
  expect((await plane.client.call(listUsers, {})).items.map(({ name }) => name)).toEqual(['grace']);
});

test('a token is made with scopes, and reaches only what they name', async () => {
  const { page } = browser;
  await page.goto('/access');
  const tokens = page.getByRole('region', { name: 'Operator tokens' });
  await tokens.getByLabel('Name', { exact: true }).fill('wall display');
  await tokens.getByLabel('Role').selectOption('operator');
  await tokens.getByLabel('Valid').selectOption('90 days');
  await tokens.getByLabel('not limited by scopes').uncheck();
  expect(await tokens.getByRole('button', { name: 'Make a token' }).isDisabled()).toBe(true);
  expect(await tokens.getByLabel('access:write').count()).toBe(0);
  await tokens.getByLabel('devices:read').check();
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const secret = (await tokens.getByRole('status').locator('code').textContent()) ?? '';
  await soon(textOf(tokens.locator('li', { hasText: 'wall display' }))).toMatch(/devices:read.*made by grace.*expires/);
  await browser.picture('token-scopes');
  const display = createClient({ origin: plane.http, token: secret });
  expect((await display.call(listDevices, {})).items).toEqual([]);
  await expect(display.call(listAudit, {})).rejects.toMatchObject({ problem: { code: 'forbidden' } });
});

test('both schemes are without barriers, and a phone shows it without moving sideways', async () => {
  await expectGoodLooks(browser, ['/users', '/account', '/access']);
});

test('signing out everywhere ends this session too', async () => {
  const { page } = browser;
  await page.goto('/account');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('button', { name: /Press again/ }).click();
  await page.getByLabel('User', { exact: true }).waitFor();
  await page.reload();
  await page.getByLabel('User', { exact: true }).waitFor();
  expect((await plane.client.call(listUsers, {})).items[0]?.sessions).toBe(0);
  forgive(browser, /status of 401/);
});

test('the provider signs somebody in, and who is in none of its groups is told so', async () => {
  const { page } = browser;
  provider.person = { sub: '1', claims: { preferred_username: 'Hopper', groups: ['fleet'] } };
  await page.getByRole('link', { name: 'Sign in with Test ID' }).click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await soon(textOf(page.getByRole('link', { name: /hopper/ }))).toMatch(/operator/);
  expect(await page.getByRole('link', { name: 'Users' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  provider.person = { sub: '2', claims: { preferred_username: 'eve', groups: ['chess'] } };
  await page.getByRole('link', { name: 'Sign in with Test ID' }).click();
  await soon(textOf(page.getByRole('alert'))).toMatch(/no group/);
  await browser.picture('sign-in-provider');
  forgive(browser, new RegExp(`status of 401|asked ${provider.issuer}/`));
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
