import type { ReportBody } from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyReports } from './apply-reports.ts';
import { useCases } from './operations.ts';
import { codesOf, expectOk, openFleet, type TestFleet } from './testing/fleet.ts';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

const event = (message: string): ReportBody => ({ type: 'event', severity: 'info', name: 'hello', message });
const events = async () =>
  expectOk(await useCases.listDeviceEvents(fleet.context, fleet.admin, { params: { device: 'pi-1' } } as never)).items;

test('a report that comes twice is applied once, and acknowledged each time', async () => {
  const device = await fleet.claim('pi-1');
  const sealed = device.compose(event('one'), event('two'));
  for (let times = 0; times < 2; times++) {
    const { results, acks } = await device.send(sealed, sealed);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(acks).toEqual([{ tenant: 'default', device: 'pi-1', ack: { boot: device.boot, upTo: 2, generation: 1 } }]);
  }
  expect((await events()).map(({ message }) => message)).toEqual(['two', 'one']);
});

test('a later report before an earlier one is applied, but acknowledged only when the gap is closed', async () => {
  const device = await fleet.claim('pi-1');
  const [first, second] = [device.compose(event('one')), device.compose(event('two'))];
  expect((await device.send(second)).acks[0]?.ack.upTo).toBe(0);
  expect((await device.send(first)).acks[0]?.ack.upTo).toBe(2);
  expect(await events()).toHaveLength(2);
});

test('what another key signed, what was changed, and what speaks for another device is refused, and takes nothing with it', async () => {
  const [device, other] = [await fleet.claim('pi-1'), await fleet.claim('pi-2')];
  const good = device.compose(event('good'));
  const changed = { ...device.compose(event('changed')), payload: good.payload };
  const forAnother = device.seal({ device: 'pi-2', boot: device.boot, items: [{ seq: 9, atMs: 1, body: event('x') }] });
  const noReport = device.seal({ device: 'pi-1' });
  const { results } = await device.send(other.compose(event('theirs')), changed, forAnother, noReport, good);
  expect(results.map(codesOf)).toEqual([
    ['key_unknown'],
    ['signature_invalid'],
    ['wrong_device'],
    ['invalid_message'],
    [],
  ]);
  expect((await events()).map(({ message }) => message)).toEqual(['good']);
});

test('a report of nobody, or of a removed device, is refused', async () => {
  const device = await fleet.claim('pi-1');
  const envelope = device.compose(event('one'));
  const unknown = await applyReports(fleet.context, [{ tenant: 'other', device: 'pi-1', kind: 'report', envelope }]);
  expect(unknown.results.map(codesOf)).toEqual([['not_found']]);
  expectOk(await useCases.removeDevice(fleet.context, fleet.admin, { params: { device: 'pi-1' } } as never));
  expect((await device.send(envelope)).results.map(codesOf)).toEqual([['not_found']]);
});

test('a device that has read a higher generation than is known here gets one above it (A3)', async () => {
  const device = await fleet.claim('pi-1');
  await device.send(device.compose({ type: 'state', generation: 41, workloads: {} }));
  expect((await device.desired()).generation).toBe(42);
});

test('a device that has another content under the same generation gets the next one, once', async () => {
  const device = await fleet.claim('pi-1');
  const { generation } = await device.desired();
  await device.send(device.compose({ type: 'state', generation, workloads: {}, conflict: true }));
  expect((await device.desired()).generation).toBe(generation + 1);
  await device.send(device.compose({ type: 'state', generation, workloads: {}, conflict: true }));
  expect((await device.desired()).generation).toBe(generation + 1);
});

test('a generation beyond all bounds is not taken up', async () => {
  const device = await fleet.claim('pi-1');
  await device.send(device.compose({ type: 'state', generation: Number.MAX_SAFE_INTEGER, workloads: {} }));
  expect((await device.desired()).generation).toBe(1);
});

test('usage of host and apps is stored once and shows in the series', async () => {
  const device = await fleet.claim('pi-1');
  const toMs = fleet.context.clock.nowMs();
  const host = {
    cpuShare: 0.5,
    memoryUsedBytes: 10,
    memoryTotalBytes: 20,
    diskUsedBytes: 1,
    diskTotalBytes: 2,
    loadAverage1m: 0,
    agentMemoryBytes: 1,
    agentCpuMs: 1,
  };
  const message = device.measured({ seq: 1, fromMs: toMs - 1_000, toMs, host, workloads: [] });
  await applyReports(fleet.context, [message, message]);
  const usage = expectOk(
    await useCases.getDeviceUsage(fleet.context, fleet.admin, { params: { device: 'pi-1' } } as never),
  );
  expect(usage.points).toMatchObject([{ cpuShare: 0.5, memoryBytes: 10 }]);
  expect(expectOk(await useCases.getOverview(fleet.context, fleet.admin, {})).usageSamples).toBe(1);
});

const SAMPLE = { seq: 1, fromMs: 0, toMs: 1, workloads: [] };

test('samples that the device did not sign take up no number of its reports', async () => {
  const [device, other] = [await fleet.claim('pi-1'), await fleet.claim('pi-2')];
  const { batch, ...from } = device.measured(SAMPLE);
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as unknown;
  const forged = [
    { ...from, batch: { ...batch, samples: [{ ...SAMPLE, seq: 2 }] } },
    { ...from, batch: { ...batch, boot: other.boot } },
    { ...from, batch: other.measured(SAMPLE).batch },
    { ...from, batch: { ...batch, samples: [deep] } },
  ];
  const { results, acks } = await applyReports(fleet.context, forged);
  const invalid = ['signature_invalid'];
  expect(results.map(codesOf)).toEqual([invalid, invalid, invalid, ['invalid_message']]);
  expect(acks).toEqual([]);
  expect((await device.send(device.compose(event('one')))).acks[0]?.ack.upTo).toBe(1);
  expect(await events()).toHaveLength(1);
});

test('what the device signed and is not understood is refused by its numbers, beside what is stored', async () => {
  const device = await fleet.claim('pi-1');
  const good = device.compose(event('one'));
  const items = [{ seq: 3, firstSeq: 2, atMs: 1, body: { type: 'of the future' } }, { seq: 4 }];
  const strange = device.seal({ device: 'pi-1', boot: device.boot, items, more: true });
  const { results, acks } = await device.send(strange, good);
  expect(results.map(codesOf)).toEqual([['invalid_message'], []]);
  const refused = { firstSeq: 2, seq: 4 };
  expect(acks.map(({ ack }) => ack)).toEqual([{ boot: device.boot, upTo: 1, refused, generation: 1 }]);
  const samples = device.measured({ ...SAMPLE, seq: 5, more: true });
  expect((await applyReports(fleet.context, [samples, samples])).acks.map(({ ack }) => ack)).toEqual(
    [5, 5].map((seq) => ({ boot: device.boot, upTo: 1, refused: { firstSeq: seq, seq }, generation: 1 })),
  );
});

test('nothing is said of numbers to whoever speaks for another, or names none', async () => {
  const [device, other] = [await fleet.claim('pi-1'), await fleet.claim('pi-2')];
  const strange = { boot: device.boot, items: [{ seq: 1, atMs: 1 }] };
  const { acks } = await device.send(
    other.seal({ device: 'pi-1', ...strange }),
    device.seal({ device: 'pi-2', ...strange }),
    device.seal({ device: 'pi-1', ...strange, items: [{ seq: 0 }] }),
    device.seal({ device: 'pi-1', ...strange, boot: 'x' }),
    device.seal({ device: 'pi-1', items: [] }),
  );
  expect(acks).toEqual([]);
});
