import { type DeviceId, getRollout, type MemberState, startRollout } from '@wherry/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, openBrowser, signIn } from './support/browser.ts';
import { buildDashboard } from './support/built-dashboard.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type Ending, HEALTHY, REVERTED } from './support/device-reports.ts';
import { eventually } from './support/eventually.ts';
import { FakeDevice } from './support/fake-device.ts';
import { createPublisher, publish } from './support/publish.ts';
import { soon, textOf } from './support/soon.ts';
import { tearDown } from './support/tear-down.ts';

/**
 * A fleet in the middle of a rollout, as an operator meets it: the picture `rollout.png` is the one in the project's README
 * (docs/images/dashboard.png).
 */
const SITES = ['berlin', 'lisbon', 'oslo', 'porto'] as const;
const KINDS = ['hall', 'roof', 'gate', 'kiosk', 'yard', 'dock', 'lab', 'cellar'] as const;
const OFFLINE = ['dock-oslo', 'yard-porto'];
const CAP = 6;
const START_FAILED: Ending = { ...REVERTED, code: 'start_failed', message: 'onStart trapped: unreachable' };

let plane: ControlPlane;
let browser: Browser;
const devices = new Map<string, FakeDevice>();
const waiting = new Map<string, (ending: Ending) => void>();

beforeAll(async () => {
  await buildDashboard();
  plane = await startControlPlane();
  const key = await createPublisher(plane);
  await publish(plane, key, { app: 'thermostat', version: '1.4.0', counter: 1 });
  await publish(plane, key, { app: 'thermostat', version: '1.5.0', counter: 2 });
  for (const site of SITES)
    for (const kind of KINDS) {
      const name = `${kind}-${site}`;
      const labels = { site, ring: kind === 'lab' ? 'canary' : 'fleet' };
      const deploy = async ({ version }: { version: string }) =>
        version === '1.5.0' ? new Promise<Ending>((settle) => waiting.set(name, settle)) : HEALTHY;
      devices.set(name, await FakeDevice.join(plane, { name, labels, deploy }));
    }
  const { id } = await plane.client.call(startRollout, {
    body: { app: 'thermostat', version: '1.4.0', waves: [{ size: { share: 1 } }], soakMs: 0 },
  });
  const isCompleted = async () => (await plane.client.call(getRollout, { params: { id } })).state === 'completed';
  await eventually('every device has 1.4.0', isCompleted);
  for (const device of devices.values()) await device.reports.usage(3);
  for (const name of OFFLINE) await devices.get(name)?.leave();
  browser = await openBrowser(plane.http, { viewport: { width: 1280, height: 800 } });
  await signIn(browser, plane.token);
});

afterAll(async () => {
  await tearDown({ browser, plane, devices: devices.values() });
});

/** Lets devices that were given the release end, one after another as they come, until so many have. */
async function settle(count: number, ending: Ending = HEALTHY): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await soon(() => waiting.size).toBeGreaterThan(0);
    const [name, end] = [...waiting][0] ?? expect.fail('nobody waits');
    waiting.delete(name);
    end(ending);
  }
}

test('a rollout in its second wave, with everything an operator looks for', async () => {
  const { page } = browser;
  const { id } = await plane.client.call(startRollout, {
    body: {
      app: 'thermostat',
      version: '1.5.0',
      waves: [{ size: { count: 4 } }, { size: { share: 1 }, gate: { maxFailures: 3, maxFailureRate: 0.2 } }],
      maxInFlight: CAP,
      soakMs: 4_000,
    },
  });
  const counts = async (wave: number, state: MemberState) =>
    (await plane.client.call(getRollout, { params: { id } })).waves[wave]?.counts[state];
  await page.goto(`/rollouts/${id}`);
  await settle(4);
  await soon(() => counts(0, 'succeeded')).toBe(4);
  await settle(1, REVERTED);
  await settle(11);
  await soon(() => counts(1, 'succeeded')).toBe(11);
  await soon(() => waiting.size).toBe(CAP);
  await settle(4);
  await soon(textOf(page.locator('[data-wave="1"]'))).toMatch(/11 succeeded 4 soaking 6 in flight 1 reverted/);
  await browser.picture('rollout-running', 'window');
  await page.goto('/');
  await soon(() => page.locator('tbody tr').count()).toBe(devices.size);
  await browser.picture('fleet-showcase', 'window');
  expect(browser.complaints).toEqual([]);
});

test('the same rollout, halted by itself: what failed, where, and what would change it', async () => {
  const { page } = browser;
  await page.goto('/rollouts');
  await page.getByRole('link', { name: 'thermostat 1.5.0' }).click();
  await settle(2, REVERTED);
  await settle(1, START_FAILED);
  await soon(() => page.locator('.rollout-state').getAttribute('data-state')).toBe('halted');
  await soon(textOf(page.locator('.failure-reasons'))).toMatch(
    /3 × Health probes failed[\s\S]*1 × The program did not start/,
  );
  await soon(textOf(page.locator('.reasons'))).toMatch(/Because[\s\S]*What would change it/);
  await browser.picture('rollout', 'window');
  await browser.picture('rollout-whole');
  expect(browser.complaints).toEqual([]);
});

test('why a device is where it is, in its own words', async () => {
  const { page } = browser;
  const name = OFFLINE[0] as DeviceId;
  await page.goto('/rollouts');
  await page.getByRole('link', { name: 'thermostat 1.5.0' }).click();
  await page.getByRole('button', { name: `Why is ${name} so?` }).click();
  await soon(textOf(page.getByRole('dialog'))).toMatch(/Because[\s\S]*What would change it/);
  await browser.picture('member-why', 'window');
});
