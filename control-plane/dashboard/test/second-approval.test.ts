import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  approveRollout,
  type Client,
  createClient,
  createOperatorToken,
  setTenantSettings,
  startRollout,
} from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, openBrowser, overflowPx, PHONE, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { HEALTHY } from './support/device-reports.ts';
import { FakeDevice } from './support/fake-device.ts';
import { createPublisher, publish } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** A rollout above the share, before two operators: the one who made it, and the one who approves. Then the log that says so. */
let plane: ControlPlane;
let browser: Browser;
let bob: Client;
const devices: FakeDevice[] = [];

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  await publish(plane, await createPublisher(plane), { app: 'thermostat', version: '1.4.0', counter: 1 });
  for (const name of ['pi-1', 'pi-2', 'pi-3', 'pi-4', 'pi-5'])
    devices.push(await FakeDevice.join(plane, { name, labels: {}, deploy: async () => HEALTHY }));
  await plane.client.call(setTenantSettings, { body: { approvals: { aboveShare: 0.2 } } });
  const { token } = await plane.client.call(createOperatorToken, { body: { name: 'bob', role: 'operator' } });
  bob = createClient({ origin: plane.http, token });
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices });
});

test('who made it sees for whom it waits, and cannot approve; another operator can', async () => {
  const body = {
    app: 'thermostat',
    version: '1.4.0',
    waves: [{ size: { count: 1 } }, { size: { share: 1 } }],
    soakMs: 0,
  };
  const { id } = await plane.client.call(startRollout, { body });
  const { page } = browser;
  const stateOf = () => page.locator('.rollout-state').getAttribute('data-state');
  await page.goto(`/rollouts/${id}`);
  await soon(stateOf).toBe('awaiting_approval');
  await soon(textOf(page.locator('.awaits'))).toMatch(/other than admin.*another operator has to approve/);
  expect(await page.getByRole('button', { name: 'Approve wave 2' }).isDisabled()).toBe(true);
  await browser.picture('rollout-second-approval', 'window');
  await bob.call(approveRollout, { params: { id }, body: { wave: 1 } });
  await soon(stateOf).toBe('completed');
  await soon(textOf(page.locator('[data-wave="1"]'))).toMatch(/approved by bob/);
  expect(await page.locator('.awaits').count()).toBe(0);
});

test('the audit page says whether the log is whole, and what was done to it', async () => {
  const { page } = browser;
  await page.goto('/audit');
  const chain = page.locator('.chain-state');
  await soon(() => chain.getAttribute('data-intact')).toBe('true');
  await browser.picture('audit-whole', 'window');
  const db = new DatabaseSync(join(plane.dir, 'wherry.db'));
  db.exec(`update audit set operator = 'nobody' where action = 'approve_rollout'`);
  db.exec('delete from audit where seq = 2');
  db.close();
  await page.getByRole('button', { name: 'Check again' }).click();
  await soon(() => chain.getAttribute('data-intact')).toBe('false');
  await soon(() => page.locator('.findings li').count()).toBe(2);
  await browser.picture('audit-not-whole', 'window');
  await page.setViewportSize(PHONE);
  expect(await overflowPx(page)).toBe(0);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page)).toEqual([]);
  }
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
