import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, forgive, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { claim } from './support/claim.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { FakeDevice } from './support/fake-device.ts';
import { soon, textOf } from './support/soon.ts';

const CLAIMED = 119;
const EVENTS = 45;

let plane: ControlPlane;
let browser: Browser;
let device: FakeDevice;

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  for (let index = 0; index < CLAIMED; index += 1) await claim(plane, { name: `pi-${String(index).padStart(3, '0')}` });
  device = await FakeDevice.join(plane, { name: 'talker' });
  for (let index = 0; index < EVENTS; index += 1) await device.reports.event('button_pressed', `press ${index}.`);
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await browser?.close();
  await device?.leave();
  await plane?.remove();
});

test('a fleet is walked page by page, forth and back, and each page has its address', async () => {
  const { page } = browser;
  const rows = page.locator('tbody tr');
  const names = () => page.locator('tbody th a').allInnerTexts();
  await soon(() => rows.count()).toBe(50);
  const first = await names();
  const seen = new Set(first);
  for (const expected of [50, 20]) {
    const before = (await names())[0];
    await page.getByRole('button', { name: 'Next' }).click();
    await soon(async () => (await names())[0]).not.toBe(before);
    await soon(() => rows.count()).toBe(expected);
    for (const name of await names()) seen.add(name);
  }
  expect(seen.size).toBe(CLAIMED + 1);
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  const last = await names();
  await page.reload();
  await soon(names).toEqual(last);
  await page.getByRole('button', { name: 'Previous' }).click();
  await soon(() => rows.count()).toBe(50);
  await page.getByRole('button', { name: 'Previous' }).click();
  await soon(names).toEqual(first);
  expect(await page.getByRole('button', { name: 'Previous' }).isDisabled()).toBe(true);
  await soon(textOf(page.getByRole('navigation', { name: 'Pages' }))).toMatch(/50 of 120 devices/);
});

test('a filter begins at its first page', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Next' }).click();
  await soon(() => new URL(page.url()).searchParams.has('cursor')).toBe(true);
  await page.getByLabel('Filter by selector').fill('device=talker');
  await page.keyboard.press('Enter');
  await soon(() => page.locator('tbody tr').count()).toBe(1);
  expect([...new URL(page.url()).searchParams.keys()]).toEqual(['selector']);
});

test('events are read back to the first, each once', async () => {
  const { page } = browser;
  await page.getByRole('link', { name: 'talker' }).click();
  const presses = () => page.locator('.event', { hasText: 'press ' }).count();
  await soon(presses).toBe(20);
  for (const expected of [40, EVENTS]) {
    await page.getByRole('button', { name: 'Older events' }).click();
    await soon(presses).toBe(expected);
  }
  await soon(() => page.getByRole('button', { name: 'Older events' }).count()).toBe(0);
  await device.reports.event('button_pressed', 'press at last.');
  await page.getByText('press at last.').waitFor();
  await soon(presses).toBe(EVENTS + 1);
  expect(await page.getByText('press 0.', { exact: true }).count()).toBe(1);
});

test('an address that somebody made up neither breaks the page nor traps the reader', async () => {
  const { page } = browser;
  await page.goto('/?cursor=%3Cscript%3Ealert(1)%3C/script%3E');
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  forgive(browser, /status of 400/);
  const rowsOrRefusal = page.locator('tbody tr, [role=alert], .empty');
  await soon(() => rowsOrRefusal.count()).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Fleet' }).click();
  await soon(() => page.locator('tbody tr').count()).toBe(50);
  await page.goto('/rollouts/%2e%2e%2fdevices?wave=99&state=__proto__');
  await soon(textOf(page.getByRole('alert').first())).toMatch(/\w+ \w+/);
  forgive(browser, /status of 40[04]/);
  expect(browser.complaints).toEqual([]);
});
