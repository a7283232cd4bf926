import { createClient, listAudit, listDevices, listOperatorTokens } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** Tokens with which devices join and programs sign in: changed in the page, and seen to hold at the server. */
let plane: ControlPlane;
let browser: Browser;

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
  await browser.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Access' }).click();
});

afterAll(async () => {
  await tearDown({ browser, plane });
});

const panel = (name: string) => browser.page.getByRole('region', { name });
const row = (name: string, text: string) => panel(name).locator('li', { hasText: text });

async function confirm(list: string, text: string, words: string): Promise<void> {
  const button = row(list, text).getByRole('button');
  expect(await button.textContent()).toBe(words);
  await button.click();
  await soon(textOf(button)).toBe(`${words}? Press again`);
  await button.click();
}

test('one press alone removes nothing, and leaving the button takes the question back', async () => {
  const button = row('Operator tokens', 'admin').first().getByRole('button');
  await button.click();
  await soon(textOf(button)).toBe('Revoke? Press again');
  await browser.page.getByLabel('Name', { exact: true }).focus();
  await soon(textOf(button)).toBe('Revoke');
  expect((await plane.client.call(listOperatorTokens, {})).items.length).toBe(1);
});

test('an operator token works as its role until it is revoked', async () => {
  const tokens = panel('Operator tokens');
  await tokens.getByLabel('Name', { exact: true }).fill('wall display');
  await tokens.getByLabel('Role').selectOption('viewer');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const secret = (await tokens.getByRole('status').locator('code').textContent()) ?? '';
  expect(secret).toMatch(/^wop1\./);
  await soon(textOf(row('Operator tokens', 'wall display'))).toMatch(/viewer/);
  await browser.picture('access');
  const display = createClient({ origin: plane.http, token: secret });
  expect((await display.call(listDevices, {})).items).toEqual([]);
  await expect(display.call(listOperatorTokens, {})).rejects.toMatchObject({ problem: { code: 'forbidden' } });
  await browser.page.reload();
  await soon(() => row('Operator tokens', 'wall display').count()).toBe(1);
  expect(await browser.page.getByText(secret).count()).toBe(0);
  await confirm('Operator tokens', 'wall display', 'Revoke');
  await soon(() => row('Operator tokens', 'wall display').count()).toBe(0);
  await expect(display.call(listDevices, {})).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
});

test('a claim token is made on the fleet page and taken back here', async () => {
  const { page } = browser;
  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('button', { name: 'Add a device' }).first().click();
  await page.getByRole('dialog').locator('button[type=submit]').click();
  await page
    .getByText(/wct1\./)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Access' }).click();
  await soon(() => row('Claim tokens', 'expires').count()).toBe(1);
  await confirm('Claim tokens', 'expires', 'Take back');
  await soon(textOf(panel('Claim tokens'))).toMatch(/None/);
});

test('both schemes are without barriers, and each change is in the audit log', async () => {
  const { page } = browser;
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect({ colorScheme, barriers: await findBarriers(page) }).toEqual({ colorScheme, barriers: [] });
  }
  const { items } = await plane.client.call(listAudit, { query: { limit: 50 } });
  const actions = items.map(({ action }) => action);
  for (const action of ['create_operator_token', 'remove_operator_token', 'create_claim_token', 'remove_claim_token'])
    expect(actions).toContain(action);
});

test('a viewer is shown no tokens, nor the way to them', async () => {
  const { page } = browser;
  await page.goto('/access');
  const tokens = panel('Operator tokens');
  await tokens.getByLabel('Name', { exact: true }).fill('reader');
  await tokens.getByRole('button', { name: 'Make a token' }).click();
  const secret = (await tokens.getByRole('status').locator('code').textContent()) ?? '';
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, secret);
  expect(await page.getByRole('link', { name: 'Access' }).count()).toBe(0);
  await page.goto('/access');
  await page.getByText('Your role does not show tokens').waitFor();
  expect(await page.getByRole('button', { name: /Take back|Make a token|Revoke/ }).count()).toBe(0);
  expect(await panel('Operator tokens').count()).toBe(0);
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
