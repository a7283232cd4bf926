import { generateKeyPairSync } from 'node:crypto';
import {
  createClient,
  createOperatorToken,
  getPublishPolicy,
  getSession,
  getTenantSettings,
  listTenants,
} from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { expectGoodLooks } from './support/looks.ts';
import { createPublisher, publish, revoke } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** Rules of a tenant, changed in the page and seen to hold at the server; and who may sign what. */
const DAY_MS = 86_400_000;
let plane: ControlPlane;
let browser: Browser;

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane });
});

const panel = (name: string) => browser.page.getByRole('region', { name });
const settings = () => plane.client.call(getTenantSettings, {});

test('the share above which another operator approves, and how long the log is kept', async () => {
  const { page } = browser;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
  const rules = panel('Approvals and audit log');
  await soon(textOf(rules)).toMatch(/nobody else has to approve.*kept for good/);
  const save = rules.getByRole('button', { name: 'Change the rules' });
  expect(await save.isDisabled()).toBe(true);
  await rules.getByLabel(/^Another operator/).fill('120%');
  await soon(textOf(rules.locator('.field-error'))).toMatch(/at most 100%/);
  await rules.getByLabel(/^Another operator/).fill('20%');
  await save.click();
  await soon(textOf(rules)).toMatch(/rollouts above 20 % of the devices/);
  expect(await settings()).toEqual({ approvals: { aboveShare: 0.2 }, audit: { keptMs: null } });
  await rules.getByLabel(/^Keep entries/).fill('400d');
  await soon(textOf(rules.getByRole('status'))).toMatch(/given up for good/);
  await browser.picture('settings');
  await save.click();
  await soon(settings).toEqual({ approvals: { aboveShare: 0.2 }, audit: { keptMs: 400 * DAY_MS } });
});

test('cosign signatures are asked for, and not any more', async () => {
  const { page } = browser;
  const evidence = panel('Evidence for releases');
  await evidence.getByRole('button', { name: 'Ask for cosign signatures…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Ask for them' }).click();
  await soon(textOf(dialog.getByRole('alert'))).toMatch(/who may sign/);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await dialog.getByLabel('Public keys').fill(publicKey.export({ type: 'spki', format: 'pem' }).toString());
  await browser.picture('settings-evidence');
  await dialog.getByRole('button', { name: 'Ask for them' }).click();
  await soon(textOf(evidence)).toMatch(/needs a cosign signature.*1 public key/);
  const policy = () => plane.client.call(getPublishPolicy, {});
  expect((await policy()).requireCosign?.keys.length).toBe(1);
  await evidence.getByRole('button', { name: 'Ask for none' }).click();
  await evidence.getByRole('button', { name: /Press again/ }).click();
  await soon(policy).toEqual({ requireCosign: null });
});

test('a tenant is added, and its first admin gets a token that works there', async () => {
  const tenants = panel('Tenants of this installation');
  await tenants.getByLabel('New tenant').fill('acme');
  await tenants.getByRole('button', { name: 'Add a tenant' }).click();
  const token = (await tenants.getByRole('status').locator('code').textContent()) ?? '';
  await soon(textOf(tenants.locator('[data-row="acme"]'))).toMatch(/by admin/);
  const acme = createClient({ origin: plane.http, token });
  expect(await acme.call(getSession, {})).toMatchObject({ tenant: 'acme', role: 'admin' });
  expect((await plane.client.call(listTenants, {})).items.map(({ tenant }) => tenant)).toContain('acme');
});

test('without keys the page says how they are made; with them it says who signs what and until when', async () => {
  const { page } = browser;
  await page.goto('/trust');
  await soon(textOf(page.locator('.empty'))).toMatch(/wherry trust init/);
  await browser.picture('trust-empty');
  const publisher = await createPublisher(plane);
  await publish(plane, publisher, { app: 'thermostat', version: '1.0.0', counter: 1 });
  await publish(plane, publisher, { app: 'thermostat', version: '1.1.0', counter: 2 });
  await revoke(plane, publisher, 'thermostat', '1.0.0');
  await page.reload();
  const row = (role: string) => page.locator(`tr[data-row="${role}"]`);
  await soon(textOf(row('root'))).toMatch(/1 of 1 [0-9a-f]{12} 1 in \d+ d/);
  await soon(textOf(row('pub.default.thermostat'))).toContain(publisher.keys.publisher.id.slice(0, 12));
  await page.locator('summary', { hasText: 'thermostat' }).click();
  const releases = page.locator('.named-releases li');
  await soon(textOf(releases)).toMatch(/1\.1\.0 number 2 may run 1\.0\.0 number 1 revoked/);
  await browser.picture('trust');
});

test('both schemes are without barriers, and a phone shows it without moving sideways', async () => {
  await expectGoodLooks(browser, ['/trust', '/settings']);
});

test('a viewer sees the rules and can change none', async () => {
  const { page } = browser;
  const { token } = await plane.client.call(createOperatorToken, { body: { name: 'reader', role: 'viewer' } });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, token);
  await page.goto('/settings');
  await soon(textOf(panel('Approvals and audit log'))).toMatch(/Changed by admins/);
  expect(await page.getByRole('textbox').count()).toBe(0);
  expect(await panel('Tenants of this installation').count()).toBe(0);
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
