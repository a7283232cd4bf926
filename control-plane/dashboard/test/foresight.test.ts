import { getRollout, listRollouts, startRollout } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from './support/accessibility.ts';
import { type Browser, forgive, openBrowser, overflowPx, PHONE, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { HEALTHY } from './support/device-reports.ts';
import { eventually } from './support/eventually.ts';
import { FakeDevice } from './support/fake-device.ts';
import { createPublisher, publish } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/** What an operator can know before anything moves: the plan and the forecast; then drafts, times and approvals. */
let plane: ControlPlane;
let browser: Browser;
const devices: FakeDevice[] = [];

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  const key = await createPublisher(plane);
  await publish(plane, key, { app: 'thermostat', version: '1.4.0', counter: 1 });
  await publish(plane, key, { app: 'thermostat', version: '1.5.0', counter: 2 });
  for (const name of ['pi-1', 'pi-2', 'pi-3', 'pi-4'])
    devices.push(
      await FakeDevice.join(plane, {
        name,
        labels: { ring: name === 'pi-4' ? 'canary' : 'fleet' },
        deploy: async () => HEALTHY,
      }),
    );
  const { id } = await plane.client.call(startRollout, {
    body: { app: 'thermostat', version: '1.5.0', selector: 'device=pi-1', soakMs: 0 },
  });
  await eventually(
    'pi-1 has 1.5.0',
    async () => (await plane.client.call(getRollout, { params: { id } })).state === 'completed',
  );
  browser = await openBrowser(plane.http);
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices });
});

const stateOf = () => browser.page.locator('.rollout-state').getAttribute('data-state');
const planned = () => browser.page.getByRole('region', { name: 'What it would do' });
const more = () => browser.page.locator('.more > summary');

async function openForm(waves: readonly string[]): Promise<void> {
  const { page } = browser;
  await page.goto('/rollouts/new?app=thermostat&version=1.5.0');
  for (const [index, size] of waves.entries()) await page.getByLabel(`Wave ${index + 1}`, { exact: true }).fill(size);
  while ((await page.getByLabel(/^Wave \d+$/).count()) > waves.length)
    await page
      .getByRole('button', { name: /^Remove wave/ })
      .last()
      .click();
  await page.getByLabel('Soak').fill('0s');
}

test('the plan shows waves, devices and who is left out, and follows the form', async () => {
  const { page } = browser;
  await openForm(['1', '100%']);
  await soon(textOf(planned())).toMatch(/3 devices would move, 3 of them online now/);
  await soon(textOf(planned().locator('.plan-waves'))).toMatch(/Wave 1: 1 device.*Wave 2: 2 devices/);
  await soon(textOf(planned().locator('[data-reason="already_on_it"]'))).toMatch(/1 device run it already: pi-1/);
  await page.getByLabel('Selector', { exact: true }).fill('ring=canary');
  await soon(textOf(planned())).toMatch(/1 device would move/);
  await page.getByLabel('Selector', { exact: true }).fill('');
  await more().click();
  await page.getByLabel('Wave 1 takes only').fill('ring=canary');
  await soon(textOf(planned().locator('.plan-waves li').first())).toMatch(/pi-4 \(.*\)|pi-4/);
  await page.getByLabel('Somebody approves before wave 2 begins').check();
  await soon(textOf(planned())).toMatch(/once somebody approved/);
  await browser.picture('rollout-form');
  expect((await plane.client.call(listRollouts, {})).items.length).toBe(1);
});

test('the forecast says how far a bad release would come', async () => {
  const { page } = browser;
  await page.getByLabel('It fails on').fill('100%');
  await page.getByLabel('Devices offline').fill('0%');
  await page.getByRole('button', { name: /Try it 100 times/ }).click();
  const forecast = page.locator('.forecast');
  await soon(textOf(forecast)).toMatch(/the worst run reached 1 device/);
  await soon(textOf(forecast)).toMatch(/100 of 100 runs halted/);
  await browser.picture('rollout-forecast');
  await page.getByLabel('It fails on').fill('often');
  expect(await page.getByRole('button', { name: /Try it/ }).isDisabled()).toBe(true);
});

test('what is wrong under More opens it and is marked there', async () => {
  const { page } = browser;
  await openForm(['100%']);
  await more().click();
  await page.getByLabel('Devices a minute').fill('fast');
  await more().click();
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await page.getByText('write a number, above 0').waitFor();
  await browser.picture('rollout-form-more');
});

test('a rollout waits for an approval, says so, and goes on when it is given', async () => {
  const { page } = browser;
  await openForm(['1', '100%']);
  await more().click();
  await page.getByLabel('Somebody approves before wave 2 begins').check();
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await soon(stateOf).toBe('awaiting_approval');
  await soon(textOf(page.getByRole('region', { name: 'Why it is so' }))).toMatch(/approv/i);
  await browser.picture('rollout-approval');
  await page.getByRole('button', { name: 'Approve wave 2' }).click();
  await soon(stateOf).toBe('completed');
  expect(await page.getByRole('button', { name: /Approve/ }).count()).toBe(0);
});

test('a draft assigns nothing until it is begun', async () => {
  const { page } = browser;
  await page.goto('/rollouts/new?app=thermostat&version=1.4.0');
  await page.getByLabel(/^Rollback/).check();
  await page.getByLabel('Soak').fill('0s');
  await more().click();
  await page.getByRole('button', { name: 'Keep it as a draft' }).first().click();
  await page.getByRole('button', { name: 'Keep it as a draft' }).last().click();
  await soon(stateOf).toBe('draft');
  expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Begin' }).click();
  await soon(stateOf).toBe('completed');
});

test('a rollout with a time, a pace and a window shows them, and is ended before it began', async () => {
  const { page } = browser;
  await page.goto('/rollouts/new?app=thermostat&version=1.5.0');
  await more().click();
  await page.getByRole('button', { name: 'At a time' }).click();
  await page.getByLabel('Begin at').fill('2090-01-31T02:00');
  await page.getByLabel('Devices a minute').fill('10');
  await page.getByLabel('Window opens').fill('0 2 * * *');
  await page.getByLabel('Stays open for').fill('2h');
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.getByRole('button', { name: 'Schedule the rollout' }).click();
  await soon(stateOf).toBe('scheduled');
  const facts = page.getByRole('region', { name: 'Rollout', exact: true });
  await soon(textOf(facts)).toMatch(/10 a minute/);
  await soon(textOf(facts)).toMatch(/0 2 \* \* \* for 2 h, Europe\/Berlin/);
  await browser.picture('rollout-scheduled');
  await page.getByRole('button', { name: 'Abort…' }).click();
  await page.getByRole('button', { name: /^Keep/ }).click();
  await soon(stateOf).toBe('aborted');
});

test('one device is explained by itself', async () => {
  const { page } = browser;
  await page.getByRole('button', { name: 'Why is pi-2 so?' }).click();
  await soon(textOf(page.getByRole('dialog'))).toMatch(/pi-2[\s\S]*Because/);
  await browser.picture('rollout-member-why');
  await page.keyboard.press('Escape');
});

test('the form fits a phone and has no barriers, with everything unfolded', async () => {
  const { page } = browser;
  await page.setViewportSize(PHONE);
  await openForm(['1', '100%']);
  await more().click();
  await soon(textOf(planned())).toMatch(/would move/);
  expect(await overflowPx(page)).toBe(0);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect({ colorScheme, barriers: await findBarriers(page) }).toEqual({ colorScheme, barriers: [] });
  }
  await browser.picture('phone-rollout-form');
});

test('no page complained', () => {
  // A plan that the server refuses is a 4xx by design, while a field is being typed.
  forgive(browser, /status of 4(00|22)/);
  expect(browser.complaints).toEqual([]);
});
