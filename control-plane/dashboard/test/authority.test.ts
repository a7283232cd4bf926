import { X509Certificate } from 'node:crypto';
import {
  type AuthorityStatus,
  type AuthorityStep,
  addTenant,
  createClient,
  type DeviceId,
  getAuthority,
  getSession,
  moveAuthority,
  removeDevice,
  type TenantId,
} from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimOverTls } from '../../server/test/support/tls-client.ts';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, forgive, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { expectGoodLooks } from './support/looks.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** The authority and its roll-over, as an admin of the installation is shown them; steps are gone over the API, as the command line does. */
let plane: ControlPlane;
let browser: Browser;
let first: AuthorityStatus;

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane(['--https', '127.0.0.1:0', '--mqtts', '127.0.0.1:0']);
  first = await plane.client.call(getAuthority, {});
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane });
});

const panel = (name: RegExp) => browser.page.getByRole('region', { name });
const next = () => panel(/What comes next/);
const rollOver = () => panel(/Roll-over/);
const command = () => next().locator('pre');

async function go(step: AuthorityStep): Promise<AuthorityStatus> {
  const status = await plane.client.call(moveAuthority, { body: { step, anyway: true } });
  await browser.page.reload();
  return status;
}

test('which authority signs, until when, and that nothing has to be done', async () => {
  const { page } = browser;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Authority' }).click();
  const { validToDate, validFromDate } = new X509Certificate(first.pem);
  expect([first.notBeforeMs, first.notAfterMs]).toEqual([+validFromDate, +validToDate]);
  const signer = panel(/The one that signs/);
  await soon(textOf(signer)).toContain(first.current);
  const day = (date: Date) => date.toISOString().slice(0, 10);
  await soon(textOf(signer)).toMatch(new RegExp(`Since ${day(validFromDate)}.*Until ${day(validToDate)}, in \\d+ d`));
  await soon(textOf(rollOver())).toMatch(/none.*never.*0 devices/);
  await soon(textOf(command())).toBe('wherry ca begin');
  await browser.picture('authority');
});

test('while it is rolled over, who has not moved, and what comes next', async () => {
  await claimOverTls(plane.https ?? '', first.pem, plane.client, 'pi-1');
  const { stays } = await go('begin');
  await soon(textOf(rollOver())).toMatch(/begun.*Moved 0 devices.*Not yet 1 device.*1 heard within 30 days, 0 silent/);
  await soon(textOf(rollOver())).toContain(stays.slice(0, 16));
  await soon(textOf(next())).toMatch(/1 device heard.*has not moved.*wherry ca status.*wherry ca abort/);
  await browser.picture('authority-begun');
  await expectGoodLooks(browser, ['/authority']);
  await browser.page.emulateMedia({ colorScheme: 'dark' });
  await browser.picture('authority-dark');
  await go('switch');
  await soon(textOf(panel(/The one that signs/))).toContain(stays);
  await soon(textOf(rollOver())).toMatch(/switched.*1 heard/);
  await soon(textOf(command())).toBe('wherry ca status');
});

test('when nobody is waited for, it ends', async () => {
  await plane.client.call(removeDevice, { params: { device: 'pi-1' as DeviceId } });
  await browser.page.reload();
  await soon(textOf(rollOver())).toMatch(/Not yet 0 devices/);
  await soon(textOf(command())).toBe('wherry ca finish');
  await go('finish');
  await soon(textOf(rollOver())).toMatch(/none/);
  await soon(textOf(command())).toBe('wherry ca begin');
});

test('admins of another tenant have no link to it, and are refused', async () => {
  const { page } = browser;
  const { token } = await plane.client.call(addTenant, { body: { tenant: 'acme' as TenantId } });
  expect((await createClient({ origin: plane.http, token }).call(getSession, {})).role).toBe('admin');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(browser, token);
  const nav = page.getByRole('navigation', { name: 'Main' });
  expect(await nav.getByRole('link', { name: 'Users' }).count()).toBe(1);
  expect(await nav.getByRole('link', { name: 'Authority' }).count()).toBe(0);
  await page.goto('/authority');
  await page.getByRole('alert').waitFor();
  expect(await panel(/The one that signs/).count()).toBe(0);
  forgive(browser, /status of 403/);
  expect(browser.complaints).toEqual([]);
});

test('a control plane that listens without TLS has none, and says how to come by one', async () => {
  const plain = await startControlPlane();
  const other = await openBrowser(plain.http);
  try {
    await signIn(other, plain.token);
    await other.page.goto('/authority');
    await other.page.getByRole('heading', { name: 'No authority' }).waitFor();
    await other.picture('authority-none');
    expect(await findBarriers(other.page)).toEqual([]);
    forgive(other, /status of 404/);
    expect(other.complaints).toEqual([]);
  } finally {
    await tearDown({ browser: other, plane: plain });
  }
});
