import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { desiredFor } from './desired-for.ts';
import { dispatchDesired } from './dispatch-desired.ts';
import { renewDesired } from './renew-desired.ts';
import { expectOk, openFleet, type TestDevice, type TestFleet } from './testing/fleet.ts';
import { readDesired } from './testing/recording-broker.ts';

let fleet: TestFleet;
let device: TestDevice;
beforeEach(async () => {
  fleet = await openFleet();
  device = await fleet.claim('pi-1');
});
afterEach(() => fleet.close());

const generations = () =>
  fleet.broker.published.map(({ payload }) => readDesired(payload, fleet.context.director.publicKey).generation);
const sent = (count: number) => vi.waitFor(() => expect(fleet.broker.published).toHaveLength(count));
const confirm = async (generation: number) =>
  await device.send(device.compose({ type: 'state', generation, workloads: {}, full: true }));

test('a device hears its desired state when it connects, and again until it reports to have read it', async () => {
  expect(await dispatchDesired(fleet.context)).toBe(0);
  await device.connect();
  await sent(1);
  expect(await dispatchDesired(fleet.context)).toBe(0);
  fleet.advance(10_000);
  expect(await dispatchDesired(fleet.context)).toBe(1);
  fleet.advance(19_999);
  expect(await dispatchDesired(fleet.context)).toBe(0);
  fleet.advance(1);
  expect(await dispatchDesired(fleet.context)).toBe(1);
  expect(generations()).toEqual([1, 1, 1]);
  await confirm(1);
  fleet.advance(600_000);
  expect(await dispatchDesired(fleet.context)).toBe(0);
});

test('two who dispatch at once send it once', async () => {
  await device.connect();
  await sent(1);
  fleet.advance(10_000);
  const counts = await Promise.all([dispatchDesired(fleet.context), dispatchDesired(fleet.context)]);
  expect(counts.reduce((total, count) => total + count, 0)).toBe(1);
});

test('a desired state that expires soon is written under the next generation, when asked for and by the job', async () => {
  const document = async () => expectOk(await desiredFor(fleet.context, 'default', 'pi-1'));
  const first = await document();
  expect(await document()).toEqual(first);
  fleet.advance(5 * 86_400_000);
  expect((await document()).generation).toBe(first.generation + 1);
  expect(await renewDesired(fleet.context)).toBe(0);
  fleet.advance(5 * 86_400_000 + 1);
  expect(await renewDesired(fleet.context)).toBe(1);
  expect((await document()).generation).toBe(first.generation + 2);
});
