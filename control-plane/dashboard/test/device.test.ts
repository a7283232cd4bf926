import { type BootId, listAttention, startRollout } from '@wherry/protocol';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, forgive, openBrowser, overflowPx, PHONE, signIn, WIDE } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { HEALTHY, REJECTED } from './support/device-reports.ts';
import { eventually } from './support/eventually.ts';
import { FakeDevice } from './support/fake-device.ts';
import { createPublisher, publish } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

const FLEET = [
  { name: 'pi-berlin-1', labels: { site: 'berlin', ring: 'canary' } },
  { name: 'pi-berlin-2', labels: { site: 'berlin' } },
  { name: 'kiosk-oslo-1', labels: { site: 'oslo' }, target: 'generic-x86-64' },
] as const;

let plane: ControlPlane;
let browser: Browser;
let publisher: Awaited<ReturnType<typeof createPublisher>>;
const devices = new Map<string, FakeDevice>();

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  publisher = await createPublisher(plane);
  await publish(plane, publisher, { app: 'thermostat', version: '1.4.0', counter: 1 });
  for (const options of FLEET) {
    const deploy = async () => (options.name === 'kiosk-oslo-1' ? REJECTED : HEALTHY);
    devices.set(options.name, await FakeDevice.join(plane, { ...options, deploy }));
  }
  await plane.client.call(startRollout, {
    body: {
      app: 'thermostat',
      version: '1.4.0',
      waves: [{ size: { share: 1 }, gate: { maxFailures: 3, maxFailureRate: 1, minSuccess: 0 } }],
      soakMs: 0,
    },
  });
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices: devices.values() });
});

const device = (name: string): FakeDevice => devices.get(name) ?? expect.fail(`no ${name}`);

test('the fleet shows each device with what it runs, filtered by a selector that is in the address', async () => {
  const { page } = browser;
  const rows = page.getByRole('table', { name: 'Devices' }).locator('tbody tr');
  await soon(() => rows.count()).toBe(3);
  await soon(textOf(page.locator('[data-row="pi-berlin-1"]'))).toMatch(/thermostat 1\.4\.0/);
  await soon(textOf(page.locator('[data-row="kiosk-oslo-1"]'))).toMatch(/rejected/);
  await browser.picture('fleet');
  await page.getByLabel('Filter by selector').fill('site=berlin');
  await page.keyboard.press('Enter');
  await soon(() => rows.count()).toBe(2);
  expect(new URL(page.url()).searchParams.get('selector')).toBe('site=berlin');
  await page.getByRole('link', { name: 'ring=canary' }).click();
  await soon(() => rows.count()).toBe(1);
  await page.goBack();
  await soon(() => rows.count()).toBe(2);
  expect(await page.getByLabel('Filter by selector').inputValue()).toBe('site=berlin');
});

test('a selector that cannot be read shows where', async () => {
  const { page } = browser;
  await page.getByLabel('Filter by selector').fill('site=berlin,,ring');
  await page.getByRole('button', { name: 'Filter' }).click();
  await soon(() => page.locator('.caret').count()).toBe(1);
  expect((await page.locator('.caret').textContent())?.split('\n')).toEqual([
    'site=berlin,,ring',
    `${' '.repeat(12)}^`,
  ]);
  await soon(textOf(page.locator('.field-error'))).toMatch(/column 13/);
  await browser.picture('fleet-bad-selector');
  await page.getByRole('button', { name: 'Show all' }).click();
  await soon(() => page.locator('tbody tr').count()).toBe(3);
});

test('a device that was just heard moves without a reload', async () => {
  const { page } = browser;
  await device('pi-berlin-2').reports.usage(1);
  await soon(textOf(page.locator('[data-row="pi-berlin-2"]'))).toMatch(/25 %[\s\S]*GiB/);
});

test('the device page shows identity, charts and live events', async () => {
  const { page } = browser;
  await device('pi-berlin-1').reports.usage(45);
  await page.getByRole('link', { name: 'pi-berlin-1' }).click();
  await page.getByRole('heading', { name: 'pi-berlin-1' }).waitFor();
  await page.getByText('Debian GNU/Linux 12 (bookworm)').waitFor();
  await page.getByText('wasm · 0 restarts · attempt 1').waitFor();
  const charts = page.getByRole('figure');
  await soon(() => charts.count()).toBe(4);
  await soon(textOf(charts.first())).toMatch(/CPU, share of all cores \d+(\.\d)? %, highest \d+(\.\d)? %/);
  expect(await inkShare(charts.first())).toBeGreaterThan(0.01);
  await device('pi-berlin-1').reports.event('disk_low', 'less than 200 MiB are free', 'warning');
  await page.getByText('less than 200 MiB are free').waitFor();
  await browser.picture('device');
  await page.getByRole('button', { name: 'thermostat' }).click();
  await page.getByText('Calls and errors').waitFor();
  await page.getByRole('button', { name: '24 h' }).click();
  await soon(() => page.getByRole('button', { name: '24 h' }).getAttribute('aria-pressed')).toBe('true');
  await browser.picture('device-app-usage');
});

/** Share of a chart's canvas that is drawn on. */
function inkShare(chart: Locator): Promise<number> {
  return chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let inked = 0;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 0) inked += 1;
    return inked / (pixels.length / 4);
  });
}

test('the log is asked for while somebody follows it', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Follow the log' }).click();
  await eventually('the device is asked for its log', () => device('pi-berlin-1').isWatched);
  await device('pi-berlin-1').log('zone hall is 21.4 °C <b>now</b>');
  await soon(textOf(page.getByRole('log'))).toMatch(/thermostat zone hall is 21\.4 °C <b>now<\/b>/);
  await page.getByRole('button', { name: 'Stop following' }).click();
  await page.getByText('Not following').waitFor();
});

test('commands reach the device and their result comes back', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Restart' }).click();
  await page.getByText('Restart of thermostat: done. restart done').waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByText('Run of thermostat: done. run done').waitFor();
});

test('labels are edited in place', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Edit' }).click();
  const field = page.getByLabel(/Labels, as name=value/);
  await field.fill('site=Berlin!');
  await soon(() => page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await field.fill('site=berlin, floor=attic');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'floor=attic' }).waitFor();
  expect(await page.getByRole('link', { name: 'ring=canary' }).count()).toBe(0);
});

test('a device with two machines behind its name is set aside, seen in the fleet, and let go on', async () => {
  const { page } = browser;
  const original = device('pi-berlin-2');
  await original.birth('0'.repeat(32) as BootId);
  // Its session ends with this, so that nothing is acknowledged any more.
  void original.birth(original.reports.boot).catch(() => undefined);
  await page.goto('/');
  await soon(textOf(page.locator('[data-row="pi-berlin-2"]'))).toMatch(/set aside/);
  await browser.picture('fleet-set-aside');
  await page.getByRole('link', { name: 'pi-berlin-2' }).click();
  await soon(textOf(page.getByRole('alert'))).toMatch(/Two machines have the identity/);
  await browser.picture('device-set-aside');
  await page.getByRole('button', { name: 'Give it a new identity…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a token' }).click();
  await soon(textOf(page.getByRole('dialog').locator('pre'))).toMatch(/wherry-agent claim.*wct1\./);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'The copy is gone: let it go on' }).click();
  await page.getByRole('button', { name: /Press again/ }).click();
  await soon(() => page.getByRole('alert').count()).toBe(0);
  expect((await plane.client.call(listAttention, {})).items).toEqual([]);
  await page.goto('/');
  await soon(() => page.locator('tbody tr').count()).toBe(3);
  expect(await page.getByRole('region', { name: 'Waiting for a decision' }).count()).toBe(0);
});

test('a refused release is explained by variant, in words', async () => {
  const { page } = browser;
  await page.goto('/devices/kiosk-oslo-1');
  await page.getByText('No variant of the release fits this device').waitFor();
  const refusals = page.locator('.refusals li');
  await soon(() => refusals.count()).toBe(2);
  await soon(textOf(refusals.first())).toMatch(/1\. wasm: .*allow-list.*import_refused/);
  await soon(textOf(refusals.last())).toMatch(/2\. container: .*no runtime.*no_runtime/);
  await browser.picture('device-rejected');
});

test('releases, top and audit show what happened', async () => {
  const { page } = browser;
  await page.goto('/releases');
  await page.getByRole('link', { name: 'thermostat 1.4.0' }).click();
  await page.getByText('publish to hvac/setpoint').waitFor();
  await page.getByText(publisher.keys.publisher.id.slice(0, 12)).waitFor();
  await page.getByText('runs on 2 devices').waitFor();
  await browser.picture('release');
  await page.goto('/top');
  await soon(() => page.locator('tbody tr').count()).toBe(2);
  await browser.picture('top');
  await page.goto('/audit');
  await soon(() => page.locator('tbody tr').count()).toBeGreaterThan(3);
  await browser.picture('audit');
});

test('the dark scheme and a phone show the same, without barriers', async () => {
  const { page } = browser;
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/devices/pi-berlin-1');
  await soon(() => page.getByRole('figure').count()).toBe(4);
  await browser.picture('device-dark');
  await page.setViewportSize(PHONE);
  for (const path of [
    '/',
    '/devices/pi-berlin-1',
    '/devices/kiosk-oslo-1',
    '/releases/thermostat/1.4.0',
    '/top',
    '/audit',
  ]) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await soon(() => page.getByText(/^Loading/).count()).toBe(0);
    expect({ path, overflowPx: await overflowPx(page) }).toEqual({ path, overflowPx: 0 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect({ path, colorScheme, barriers: await findBarriers(page) }).toEqual({ path, colorScheme, barriers: [] });
    }
    await browser.picture(`phone${path.replaceAll('/', '-')}`);
  }
  await page.setViewportSize(WIDE);
});

test('a device is decommissioned only after its name was typed', async () => {
  const { page } = browser;
  await page.goto('/devices/kiosk-oslo-1');
  await page.getByRole('button', { name: 'Decommission…' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Decommission' });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByLabel('Type kiosk-oslo-1 to confirm').fill('kiosk-oslo-1');
  await confirm.click();
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await soon(() => page.locator('[data-row="kiosk-oslo-1"]').count()).toBe(0);
});

test('a lost connection is shown, and what was missed is there when it is back', async () => {
  const { page } = browser;
  await page.goto('/');
  await soon(textOf(page.getByLabel('Connection'))).toBe('live');
  await plane.stop();
  await soon(textOf(page.getByLabel('Connection'))).toBe('reconnecting');
  expect(await page.locator('[data-row="pi-berlin-1"]').count()).toBe(1);
  await browser.picture('fleet-reconnecting');
  await plane.start();
  await soon(textOf(page.getByLabel('Connection'))).toBe('live');
  forgive(browser, /net::ERR_/);
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
