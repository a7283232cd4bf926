import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  createOperatorToken,
  listAudit,
  listDeviceSecrets,
  listSecrets,
  type SealedSecret,
  sealedSecret,
  setDeviceLabels,
} from '@wherry/protocol';
import { newSealingKey } from '@wherry/protocol/testing/seal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeyPair, open, publicBytesOf } from '../src/secrets/web-sealer.ts';
import { type Browser, forgive, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { FakeDevice } from './support/fake-device.ts';
import { expectGoodLooks } from './support/looks.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** A value goes from the browser to devices, and is in clear nowhere between. */
const FIRST = 'moths-in-the-relay-0451';
const SECOND = 'a-nanosecond-of-wire-1906';
const TARGET = 'raspberry-pi-4';

let plane: ControlPlane;
let browser: Browser;
const devices = new Map<string, FakeDevice>();
const keys = new Map<string, CryptoKeyPair>();
/** All that the browser has sent. */
const sent: string[] = [];

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  for (const name of ['pi-1', 'pi-2', 'pi-3', 'kiosk'])
    devices.set(
      name,
      await FakeDevice.join(plane, { name, target: TARGET, labels: { site: name === 'kiosk' ? 'oslo' : 'berlin' } }),
    );
  for (const name of ['pi-1', 'pi-2', 'kiosk']) await sayKey(name);
  browser = await openBrowser(plane.http);
  browser.page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices: devices.values() });
});

async function sayKey(name: string): Promise<void> {
  const pair = await newKeyPair();
  keys.set(name, pair);
  const sealingKey = Buffer.from(await publicBytesOf(pair.publicKey)).toString('base64');
  await devices.get(name)?.reports.inventory(TARGET, { sealingKey });
}

/** What the control plane keeps for a device, opened with the device's key. */
async function readAt(device: string, version: number): Promise<string | null> {
  const db = new DatabaseSync(join(plane.dir, 'wherry.db'), { readOnly: true });
  const row = db.prepare(`select sealed_json from sealed_secret where device = ? and name = 'API_KEY'`).get(device);
  db.close();
  const pair = keys.get(device);
  if (!row || !pair) return null;
  const sealed: SealedSecret = sealedSecret.parse(JSON.parse(String(row.sealed_json)));
  const context = { tenant: 'default', recipient: device, app: 'weather', name: 'API_KEY', version };
  const value = await open(sealed, pair, context);
  return value && new TextDecoder().decode(value);
}

const row = (name: string) => browser.page.locator(`[data-row="${name}"]`);
const dialog = () => browser.page.getByRole('dialog');

test('an empty page says what secrets are for; a secret is set for the devices of a selector', async () => {
  const { page } = browser;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Secrets' }).click();
  await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
  await browser.picture('secrets-empty');
  await page.getByRole('button', { name: 'Set a secret…' }).click();
  expect(await dialog().getByRole('button', { name: 'Seal and set' }).isDisabled()).toBe(true);
  await dialog().getByLabel('App').fill('weather');
  await dialog().getByLabel('Name').fill('api key');
  await soon(textOf(dialog().locator('.field-error'))).toMatch(/API_KEY/);
  await dialog().getByLabel('Name').fill('API_KEY');
  await dialog().getByLabel('Selector').fill('site=berlin');
  await soon(textOf(dialog().locator('.matched'))).toMatch(/3 devices match/);
  await dialog().getByLabel('Value').fill(`${FIRST}\n`);
  await browser.picture('secret-new');
  await dialog().getByRole('button', { name: 'Seal and set' }).click();
  await soon(textOf(dialog().getByRole('status'))).toMatch(/version 1: sealed to 2 devices\. 1 device said no key yet/);
  await dialog().getByRole('button', { name: 'Done' }).click();
  await soon(textOf(row('weather/API_KEY'))).toMatch(/site=berlin.*admin/);
  for (const device of ['pi-1', 'pi-2']) expect(await readAt(device, 1)).toBe(FIRST);
});

test('who can read it is shown, for the devices that it is for and for all', async () => {
  const { page } = browser;
  await page.getByRole('link', { name: 'weather API_KEY' }).click();
  await soon(textOf(row('pi-1'))).toMatch(/version 1/);
  await soon(textOf(row('pi-3'))).toMatch(/no key yet/);
  expect(await row('kiosk').count()).toBe(0);
  await browser.picture('secret');
  await page.getByRole('button', { name: 'All devices', exact: true }).click();
  await soon(textOf(row('kiosk'))).toMatch(/nothing/);
});

test('a device that comes later is handed the value by the browser that set it', async () => {
  const { page } = browser;
  await sayKey('pi-3');
  await page.getByRole('button', { name: 'Hand on what was set here' }).click();
  await soon(() => readAt('pi-3', 1)).toBe(FIRST);
  await soon(() => page.getByRole('region', { name: 'Devices that lack a secret' }).count()).toBe(0);
});

test('a key that has changed is not sealed to before somebody has said why', async () => {
  const { page } = browser;
  await devices.get('pi-2')?.reports.inventory(TARGET, { sealingKey: newSealingKey() });
  await page.reload();
  await page.getByRole('button', { name: 'New value…' }).click();
  await dialog().getByLabel('Value').fill(SECOND);
  const set = dialog().getByRole('button', { name: 'Seal and set' });
  await set.click();
  await soon(textOf(dialog().getByRole('alert'))).toMatch(/another key.*pi-2.*nothing was sealed/);
  await browser.picture('secret-key-changed');
  expect((await plane.client.call(listSecrets, {})).items[0]?.version).toBe(1);
  const accept = dialog().getByRole('button', { name: /It was set up anew/ });
  // What was typed is gone: there is nothing that could be sealed to the new key.
  await dialog().getByLabel('Value').fill('');
  await soon(() => accept.isDisabled()).toBe(true);
  await dialog().getByLabel('Value').fill(SECOND);
  await sayKey('pi-2');
  await accept.click();
  await soon(textOf(dialog().getByRole('status'))).toMatch(/version 2: sealed to 3 devices/);
  for (const device of ['pi-1', 'pi-2', 'pi-3']) expect(await readAt(device, 2)).toBe(SECOND);
  await dialog().getByRole('button', { name: 'Done' }).click();
});

test('the page of a device says what it can read', async () => {
  await browser.page.goto('/devices/pi-1');
  const secrets = browser.page.getByRole('region', { name: 'Secrets that it can read' });
  await soon(textOf(secrets)).toMatch(/weather API_KEY version 2/);
});

test('without the key of this browser nothing is handed on, and it says where to do it', async () => {
  const { page } = browser;
  await page.goto('/secrets');
  const here = page.getByRole('region', { name: 'This browser' });
  await here.getByRole('button', { name: 'Forget the key' }).click();
  await here.getByRole('button', { name: /Press again/ }).click();
  await soon(textOf(here)).toMatch(/keeps no key/);
  await plane.client.call(setDeviceLabels, {
    params: { device: 'kiosk' as never },
    body: { set: { site: 'berlin' } as never },
  });
  await page.reload();
  await page.getByRole('button', { name: 'Hand on what was set here' }).click();
  const lacking = page.getByRole('region', { name: 'Devices that lack a secret' });
  await soon(textOf(lacking)).toMatch(/Not set in this browser: weather API_KEY.*wherry secret sync/);
  await browser.picture('secrets');
});

test('both schemes are without barriers, and a phone shows it without moving sideways', async () => {
  await expectGoodLooks(browser, ['/secrets', '/secrets/weather/API_KEY']);
});

test('a viewer sees what is set and can change nothing', async () => {
  const { page } = browser;
  const { token } = await plane.client.call(createOperatorToken, { body: { name: 'reader', role: 'viewer' } });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, token);
  await page.goto('/secrets/weather/API_KEY');
  await page.getByText('shown to operators').waitFor();
  expect(await page.getByRole('button', { name: /New value|Remove|Hand on/ }).count()).toBe(0);
  const scoped = { name: 'display', role: 'viewer', scopes: ['devices:read'] } as const;
  const display = await plane.client.call(createOperatorToken, { body: { ...scoped, scopes: [...scoped.scopes] } });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, display.token);
  const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
  expect(await links.allInnerTexts()).toEqual(['Fleet', 'Top']);
  await page.goto('/secrets');
  await soon(textOf(page.getByRole('alert'))).toMatch(/secrets:read/);
  forgive(browser, /status of 403/);
});

test('it is removed from all devices after a second press', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, plane.token);
  await page.goto('/secrets/weather/API_KEY');
  await page.getByRole('button', { name: 'Remove from all devices' }).click();
  await page.getByRole('button', { name: /Press again/ }).click();
  await page.getByRole('heading', { name: 'No secrets yet' }).waitFor();
  const { items } = await plane.client.call(listDeviceSecrets, { params: { device: 'pi-1' as never } });
  expect(items).toEqual([]);
});

test('no value was sent or kept in clear, and each change is in the audit log', async () => {
  expect(sent.filter((text) => text.includes('/secrets/weather/API_KEY')).length).toBeGreaterThan(2);
  for (const value of [FIRST, SECOND]) {
    for (const form of [value, Buffer.from(value).toString('base64').slice(0, -4)]) {
      expect(sent.filter((text) => text.includes(form))).toEqual([]);
      for (const file of (await readdir(plane.dir)).filter((name) => name.startsWith('wherry.db')))
        expect((await readFile(join(plane.dir, file))).includes(form), file).toBe(false);
    }
  }
  const { items } = await plane.client.call(listAudit, {});
  const actions = items.map(({ action }) => action);
  for (const action of ['set_secret', 'remove_secret']) expect(actions).toContain(action);
});

test('no page complained', () => {
  // That a browser has no copy of a secret is told as 404.
  forgive(browser, /status of 404/);
  expect(browser.complaints).toEqual([]);
});
