import { afterEach, beforeEach, expect, test } from 'vitest';
import { expireDeadlines } from '../expire-deadlines.ts';
import { useCases } from '../operations.ts';
import { expectOk, openFleet, type TestDevice, type TestFleet } from '../testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

/** The stored header against an aggregate of the stored members (I1). */
async function expectTrueSums(id: string): Promise<void> {
  const record = await fleet.store.rollouts.find('default', id);
  const tally = await fleet.store.rollouts.tally('default', id);
  const counted = tally.map(({ wave, state, count }) => `${wave} ${state} ${count}`).sort();
  const summed = (record?.header.waves ?? []).flatMap(({ counts }, wave) =>
    Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${wave} ${state} ${count}`] : [])),
  );
  expect(summed.sort()).toEqual(counted);
}

test('stored sums stay true through failures, outages, removal, halt, resume, takeover and abort', async () => {
  const publisher = await fleet.publisher();
  await publisher.publish({ version: '1.0.0', releaseCounter: 1 } as never);
  await publisher.publish({ version: '2.0.0', releaseCounter: 2 } as never);
  const devices: TestDevice[] = [];
  for (let index = 0; index < 20; index++) devices.push(await fleet.claim(`pi-${String(index).padStart(2, '0')}`));
  for (const device of devices.slice(0, 14)) await device.connect();
  const gate = { maxFailures: 1, maxFailureRate: 1, minSuccess: 0 };
  const body = { app: 'thermostat', version: '1.0.0', maxInFlight: 4, deadlineMs: 60_000, soakMs: 1_000, gate };
  const { id } = expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body } as never));
  const params = { id } as never;
  await expectTrueSums(id);

  await devices[0]?.say('healthy');
  fleet.advance(1_000);
  await expireDeadlines(fleet.context);
  await expectTrueSums(id);
  await devices[1]?.say('reverted');
  await devices[2]?.say('healthy');
  await devices[2]?.say('reverting');
  await expectTrueSums(id);
  fleet.advance(60_000);
  await expireDeadlines(fleet.context);
  expect(expectOk(await useCases.getRollout(fleet.context, fleet.admin, { params })).state).toBe('halted');
  await expectTrueSums(id);

  expectOk(await useCases.resumeRollout(fleet.context, fleet.admin, { params }));
  for (const device of devices.slice(14)) await device.connect();
  await expectTrueSums(id);
  expectOk(await useCases.removeDevice(fleet.context, fleet.admin, { params: { device: 'pi-05' } } as never));
  await expectTrueSums(id);

  const newer = { ...body, version: '2.0.0', selector: 'device in (pi-06,pi-07,pi-19)' };
  const second = expectOk(await useCases.startRollout(fleet.context, fleet.admin, { body: newer } as never));
  await expectTrueSums(id);
  await expectTrueSums(second.id);
  const aborted = expectOk(
    await useCases.abortRollout(fleet.context, fleet.admin, { params, body: { reached: 'revert' } } as never),
  );
  await expectTrueSums(id);
  await expectTrueSums(aborted.revertedBy ?? '');
});
