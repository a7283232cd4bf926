import { listRollouts } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, forgive, openBrowser, overflowPx, PHONE, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type Ending, HEALTHY, REVERTED } from './support/device-reports.ts';
import { FakeDevice } from './support/fake-device.ts';
import { createPublisher, publish } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

const NAMES = ['pi-1', 'pi-2', 'pi-3', 'pi-4', 'pi-5', 'pi-6'];

let plane: ControlPlane;
let browser: Browser;
const devices: FakeDevice[] = [];
/** Deployments that wait for the test to say how they end, by "device version". */
const waiting = new Map<string, (ending: Ending) => void>();

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  const key = await createPublisher(plane);
  await publish(plane, key, { app: 'thermostat', version: '1.4.0', counter: 1 });
  await publish(plane, key, { app: 'thermostat', version: '1.5.0', counter: 2 });
  await publish(plane, key, { app: 'thermostat', version: '1.6.0', counter: 3 });
  for (const name of NAMES)
    devices.push(
      await FakeDevice.join(plane, {
        name,
        labels: { site: 'berlin' },
        deploy: ({ version }) => new Promise((settle) => waiting.set(`${name} ${version}`, settle)),
      }),
    );
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices });
});

const stateOf = () => browser.page.locator('.rollout-state').getAttribute('data-state');
const member = (name: string) => browser.page.locator(`[data-row="${name}"]`);
const button = (name: string) => browser.page.getByRole('button', { name, exact: true });

/** Names of the devices that were assigned a version and wait. */
async function assigned(version: string, count: number): Promise<string[]> {
  const names = () =>
    [...waiting.keys()].filter((each) => each.endsWith(` ${version}`)).map((each) => each.split(' ')[0] ?? '');
  await soon(() => names().length).toBe(count);
  return names();
}

function settle(name: string, version: string, ending: Ending): void {
  waiting.get(`${name} ${version}`)?.(ending);
  waiting.delete(`${name} ${version}`);
}

async function startRollout(
  version: string,
  waves: readonly string[],
  soak: string,
  maxInFlight = '100',
): Promise<void> {
  const { page } = browser;
  await page.goto(`/releases/thermostat/${version}`);
  await page.getByRole('link', { name: 'Roll out…' }).click();
  await page.getByLabel('Selector').fill('site=berlin');
  await page.getByText('6 devices match now.').waitFor();
  for (const [index, size] of waves.entries()) await page.getByLabel(`Wave ${index + 1}`, { exact: true }).fill(size);
  while ((await page.getByLabel(/^Wave \d+$/).count()) > waves.length)
    await page
      .getByRole('button', { name: /^Remove wave/ })
      .last()
      .click();
  await page.getByLabel('Soak').fill(soak);
  await page.getByLabel('In flight, at most').fill(maxInFlight);
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await page.getByRole('heading', { name: `thermostat ${version}` }).waitFor();
}

test('the form says what is wrong, at its field, before anything is sent', async () => {
  const { page } = browser;
  await page.goto('/rollouts/new?app=thermostat&version=1.4.0');
  await page.getByLabel('Selector').fill('site=');
  await page.getByText('expected a value for site').waitFor();
  await page.getByLabel('Selector').fill('site=berlin');
  await page.getByLabel('Wave 2', { exact: true }).fill('many');
  await page.getByLabel('Failure rate, at most').fill('5');
  await page.getByLabel('Deadline').fill('soon');
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await page.getByText('Correct the marked fields first.').waitFor();
  const marked = page.locator('[aria-invalid="true"]');
  await soon(() => marked.count()).toBe(3);
  await browser.picture('rollout-form-faults');
  expect((await plane.client.call(listRollouts, {})).items).toEqual([]);
});

test('no device that matches is refused by the server with a sentence', async () => {
  const { page } = browser;
  await page.goto('/rollouts/new?app=thermostat&version=1.4.0');
  await page.getByLabel('Selector').fill('site=nowhere');
  await page.getByText('0 devices match now.').waitFor();
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await page.getByRole('alert').waitFor();
  expect((await plane.client.call(listRollouts, {})).items).toEqual([]);
  forgive(browser, /status of 4\d\d/);
});

test('members move before the eyes, wave by wave, to the end', async () => {
  const { page } = browser;
  await startRollout('1.4.0', ['1', '100%'], '0s');
  await browser.picture('rollout-begun');
  const [first = ''] = await assigned('1.4.0', 1);
  await soon(textOf(member(first))).toMatch(/in flight[\s\S]*downloading/);
  expect(await stateOf()).toBe('running');
  settle(first, '1.4.0', HEALTHY);
  await soon(textOf(member(first))).toMatch(/succeeded[\s\S]*healthy/);
  await soon(textOf(page.locator('[data-wave="0"]'))).toMatch(/passed[\s\S]*1 of 1 \(100 %\)/);
  const rest = await assigned('1.4.0', 5);
  for (const name of rest) settle(name, '1.4.0', HEALTHY);
  await soon(stateOf).toBe('completed');
  for (const name of ['Pause', 'Resume', 'Limits…', 'Abort…']) expect(await button(name).isDisabled()).toBe(true);
  await soon(textOf(page.locator('[data-wave="1"]'))).toMatch(/5 of 5 \(100 %\)/);
});

test('a failing device halts it at once, and the page says why', async () => {
  const { page } = browser;
  await startRollout('1.5.0', ['2', '100%'], '0s');
  const [good = '', bad = ''] = await assigned('1.5.0', 2);
  settle(good, '1.5.0', HEALTHY);
  await soon(textOf(member(good))).toMatch(/succeeded/);
  settle(bad, '1.5.0', REVERTED);
  await soon(stateOf).toBe('halted');
  const verdict = page.getByRole('alert');
  await soon(textOf(verdict)).toMatch(/Halted in wave 1/);
  await soon(textOf(verdict)).toContain(bad);
  await soon(textOf(verdict)).toMatch(/1 failed of 2 reached/);
  await soon(textOf(page.locator('[data-wave="0"]'))).toMatch(/tripped/);
  await soon(textOf(member(bad))).toMatch(/reverted[\s\S]*Health probes failed/);
  expect(await button('Pause').isDisabled()).toBe(true);
  expect([...waiting.keys()]).toEqual([]);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect({ colorScheme, barriers: await findBarriers(page) }).toEqual({ colorScheme, barriers: [] });
    await browser.picture(`rollout-halted-${colorScheme}`);
  }
});

test('the table of devices is filtered by wave and state, in the address', async () => {
  const { page } = browser;
  const rows = page.getByRole('table', { name: 'Devices of this rollout' }).locator('tbody tr');
  await soon(() => rows.count()).toBe(6);
  await page.getByRole('button', { name: '1 reverted' }).click();
  await soon(() => rows.count()).toBe(1);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ wave: '0', state: 'reverted' });
  await page.getByLabel('State', { exact: true }).selectOption('');
  await page.getByLabel('Wave', { exact: true }).selectOption('1');
  await soon(() => rows.count()).toBe(4);
  await page.getByLabel('Wave', { exact: true }).selectOption('');
  await soon(() => rows.count()).toBe(6);
});

test('resume acknowledges the failure and goes on; abort reverts by a new rollout', async () => {
  const { page } = browser;
  await button('Acknowledge and resume').click();
  await soon(stateOf).toBe('running');
  await soon(() => page.locator('.verdict').count()).toBe(0);
  const rest = await assigned('1.5.0', 4);
  settle(rest[0] ?? '', '1.5.0', HEALTHY);
  await soon(textOf(member(rest[0] ?? ''))).toMatch(/succeeded/);
  await button('Abort…').click();
  await browser.picture('rollout-abort');
  await page.getByRole('button', { name: /^Revert/ }).click();
  await soon(stateOf).toBe('aborted');
  await page.getByRole('link', { name: 'another rollout' }).click();
  await page.getByText('rollback of').waitFor();
  // The one that failed is told too: its desired state still names what is taken back.
  const back = await assigned('1.4.0', 6);
  for (const name of back) settle(name, '1.4.0', HEALTHY);
  await soon(stateOf).toBe('completed');
  const rows = page.getByRole('table', { name: 'Devices of this rollout' }).locator('tbody tr');
  await soon(textOf(rows)).not.toMatch(/in flight|pending|soaking/);
});

test('a paused rollout assigns nothing, however many slots are free; abort can keep what was reached', async () => {
  const { page } = browser;
  await startRollout('1.6.0', ['1', '100%'], '0s', '2');
  const [first = ''] = await assigned('1.6.0', 1);
  settle(first, '1.6.0', HEALTHY);
  await soon(textOf(member(first))).toMatch(/succeeded/);
  const [second = '', third = ''] = await assigned('1.6.0', 2);
  await button('Pause').click();
  await soon(stateOf).toBe('paused');
  for (const name of [second, third]) {
    settle(name, '1.6.0', HEALTHY);
    await soon(textOf(member(name))).toMatch(/succeeded/);
  }
  await soon(textOf(page.locator('[data-wave="1"]'))).toMatch(/2 succeeded 3 pending/);
  expect([...waiting.keys()].filter((each) => each.endsWith(' 1.6.0'))).toEqual([]);
  await button('Resume').click();
  await assigned('1.6.0', 2);
  await button('Limits…').click();
  await page.getByLabel('In flight, at most').fill('0');
  expect(await button('Change the limits').isDisabled()).toBe(true);
  await page.getByLabel('In flight, at most').fill('3');
  await browser.picture('rollout-limits');
  await button('Change the limits').click();
  await assigned('1.6.0', 3);
  await soon(() => page.getByRole('dialog').count()).toBe(0);
  await button('Abort…').click();
  await page.getByRole('button', { name: /^Keep/ }).click();
  await soon(stateOf).toBe('aborted');
  expect(await page.getByRole('link', { name: 'another rollout' }).count()).toBe(0);
});

test('the list and a phone show the rollouts', async () => {
  const { page } = browser;
  await page.goto('/rollouts');
  await soon(() => page.locator('tbody tr').count()).toBe(4);
  await browser.picture('rollouts');
  await page.setViewportSize(PHONE);
  const { items } = await plane.client.call(listRollouts, {});
  for (const path of ['/rollouts', '/rollouts/new', ...items.map(({ id }) => `/rollouts/${id}`)]) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await soon(() => page.getByText(/^Loading/).count()).toBe(0);
    expect({ path, overflowPx: await overflowPx(page) }).toEqual({ path, overflowPx: 0 });
  }
  await browser.picture('phone-rollout');
});

test('no page complained', () => {
  expect(browser.complaints).toEqual([]);
});
