import { createOperatorToken } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, forgive, openBrowser, overflowPx, PHONE, signIn, WIDE } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

let plane: ControlPlane;
let browser: Browser;

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  browser = await openBrowser(plane.http);
});

afterAll(async () => {
  await tearDown({ browser, plane });
});

test('a wrong token is refused with a sentence, and the page stays shut', async () => {
  const { page } = browser;
  await page.goto('/rollouts');
  await page.getByLabel('Operator token').fill('wop1.wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const field = page.getByLabel('Operator token');
  await soon(() => field.getAttribute('aria-invalid')).toBe('true');
  expect(await page.locator('.field-error').textContent()).toMatch(/\w+ \w+/);
  expect(await page.getByRole('navigation').count()).toBe(0);
  await browser.picture('sign-in-refused');
  forgive(browser, /status of 401/);
  expect(browser.complaints).toEqual([]);
});

test('the token opens a session that scripts cannot read and that outlives a reload', async () => {
  const { page, context } = browser;
  await signIn(browser, plane.token);
  const cookies = await context.cookies();
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
    { httpOnly: true, sameSite: 'Strict' },
  ]);
  expect(await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))).toBe(
    '["",{},{}]',
  );
  await page.reload();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await soon(textOf(page.getByLabel('Connection'))).toBe('live');
});

test('an empty fleet says how to add a device, with a token that is shown once', async () => {
  const { page } = browser;
  await page.goto('/');
  await page.getByRole('heading', { name: 'No devices yet' }).waitFor();
  await browser.picture('fleet-empty');
  await page.getByRole('button', { name: 'Add a device' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('pi-attic');
  await dialog.getByLabel('Labels').fill('site');
  await soon(() => dialog.getByText('write each label as name=value').count()).toBe(1);
  expect(await dialog.getByRole('button', { name: 'Make a claim token' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Labels').fill('site=berlin');
  await dialog.getByRole('button', { name: 'Make a claim token' }).click();
  const command = dialog.locator('pre');
  await soon(() => command.textContent()).toMatch(/--token wct1\.[\w-]+/);
  expect(await command.textContent()).toContain(`--server ${plane.http}`);
  await browser.picture('claim-token');
  await page.keyboard.press('Escape');
  await soon(() => dialog.count()).toBe(0);
  await page.goto('/access');
  await page.getByText('for pi-attic').waitFor();
  expect(await page.content()).not.toContain('wct1.');
});

test('the pages that are not there say so', async () => {
  const { page } = browser;
  await page.goto('/no/such/page');
  await page.getByRole('heading', { name: 'No such page' }).waitFor();
  await page.goto('/devices/nobody');
  await page.getByRole('alert').waitFor();
  forgive(browser, /status of 404/);
  expect(browser.complaints).toEqual([]);
});

test('it works by keyboard alone, and the focus is seen', async () => {
  const { page } = browser;
  await page.goto('/');
  await page.getByRole('heading', { name: 'No devices yet' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  for (const name of ['Wherry', 'Fleet', 'Releases']) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
  }
  expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No releases yet' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
});

test('a phone shows it without moving sideways', async () => {
  const { page } = browser;
  await page.setViewportSize(PHONE);
  for (const path of [
    '/',
    '/releases',
    '/rollouts',
    '/rollouts/new',
    '/top',
    '/audit',
    '/access',
    '/users',
    '/account',
  ]) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await soon(() => page.getByText('Loading…').count()).toBe(0);
    expect({ path, overflowPx: await overflowPx(page) }).toEqual({ path, overflowPx: 0 });
  }
});

test('a viewer is shown no buttons that the server would refuse', async () => {
  const { token } = await plane.client.call(createOperatorToken, { body: { name: 'guest', role: 'viewer' } });
  const { page } = browser;
  await page.setViewportSize(WIDE);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, token);
  await page.getByRole('heading', { name: 'No devices yet' }).waitFor();
  expect(await page.getByRole('button', { name: 'Add a device' }).count()).toBe(0);
  await page.goto('/rollouts');
  await page.getByRole('heading', { name: 'No rollouts yet' }).waitFor();
  expect(await page.getByRole('link', { name: 'Start a rollout' }).count()).toBe(0);
  await page.goto('/access');
  await page.getByText('Your role does not show tokens').waitFor();
  expect(await page.getByRole('heading', { name: 'Operator tokens' }).count()).toBe(0);
});

test('signing out ends the session on the server too', async () => {
  const { page, context } = browser;
  const [cookie] = await context.cookies();
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Operator token').waitFor();
  await page.reload();
  await page.getByLabel('Operator token').waitFor();
  expect(
    cookie && (await context.cookies()).some(({ name, value }) => name === cookie.name && value === cookie.value),
  ).toBe(false);
  forgive(browser, /status of 401/);
  expect(browser.complaints).toEqual([]);
});
