import { expect, test } from 'vitest';
import { EMPTY_DRAFT, waveOf } from './draft.ts';
import { readDraft } from './read-draft.ts';
import { readWaveSize } from './read-sizes.ts';

const READY = { ...EMPTY_DRAFT, app: 'thermostat', version: '1.4.0' };

test('a form that is left as it opens asks for the defaults', () => {
  const { request, faults } = readDraft(READY);
  expect([...faults]).toEqual([]);
  expect(request).toMatchObject({
    waves: [{ size: { count: 1 } }, { size: { share: 0.1 } }, { size: { share: 1 } }],
    gate: {},
    deadlineMs: 900_000,
    soakMs: 120_000,
    rollback: false,
  });
});

test('gate fields that are filled are sent, the others are not', () => {
  const { request } = readDraft({ ...READY, gate: { ...READY.gate, maxFailureRate: '2.5%', minSample: '3' } });
  expect(request?.gate).toEqual({ maxFailureRate: 0.025, minSample: 3 });
});

test('each fault is named by its field, all of them at once', () => {
  const { request, faults } = readDraft({
    ...EMPTY_DRAFT,
    waves: ['1', 'many', '200%'].map(waveOf),
    gate: { ...READY.gate, minSuccess: '200%', maxFailures: '-1' },
    maxInFlight: '0',
    deadline: '15',
    soak: '',
  });
  expect(request).toBeNull();
  expect([...faults.keys()].sort()).toEqual(
    ['release', 'wave1', 'wave2', 'maxFailures', 'maxInFlight', 'deadline', 'soak'].sort(),
  );
});

test('what is readable but out of bounds comes back to its field', () => {
  expect([...readDraft({ ...READY, deadline: '8d' }).faults.keys()]).toEqual(['deadline']);
  expect([...readDraft({ ...READY, gate: { ...READY.gate, minSuccess: '200%' } }).faults.keys()]).toEqual([
    'minSuccess',
  ]);
  expect([...readDraft({ ...READY, waves: [] }).faults.keys()]).toEqual(['other']);
});

test.each([
  ['5', { count: 5 }],
  ['10%', { share: 0.1 }],
  [' 100 % ', { share: 1 }],
])('%j is a size', (text, size) => {
  expect(readWaveSize(text)).toEqual({ ok: true, value: size });
});

test.each(['', '0', '0%', '101%', '1.5', '1e3', '-1', 'ten'])('%j is no size', (text) => {
  expect(readWaveSize(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_quantity' }] });
});

test('what is under More and left alone is not sent', () => {
  const { request } = readDraft(READY);
  for (const field of ['draft', 'startAtMs', 'pace', 'window', 'download', 'watch', 'dynamic'] as const)
    expect(request).not.toHaveProperty(field);
});

test('what is under More and filled is sent', () => {
  const { request, faults } = readDraft({
    ...READY,
    waves: [
      { size: '100%', takes: 'ring=canary', approval: false },
      { size: '100%', takes: '', approval: true },
    ],
    more: {
      ...READY.more,
      begin: 'at',
      startAt: '2030-01-31T02:00',
      pace: '10',
      growth: '2',
      windowCron: '0 2 * * *',
      windowLength: '2h',
      windowZone: 'Europe/Berlin',
      isDownloadInWindow: true,
      isUnmeteredOnly: true,
      isDynamic: true,
      offlineAfter: '5m',
      memoryFactor: 'off',
      cpuFactor: '2.5',
    },
  });
  expect([...faults]).toEqual([]);
  expect(request).toMatchObject({
    waves: [
      { size: { share: 1 }, selector: 'ring=canary' },
      { size: { share: 1 }, approval: true },
    ],
    startAtMs: new Date(2030, 0, 31, 2).getTime(),
    pace: { devicesPerMinute: 10, growth: 2 },
    window: { cron: '0 2 * * *', durationMs: 7_200_000, timeZone: 'Europe/Berlin' },
    download: { metered: false, outsideWindow: false },
    dynamic: true,
    watch: { offlineAfterMs: 300_000, memoryFactor: null, cpuFactor: 2.5 },
  });
  expect(request?.draft).toBeUndefined();
});

test('a draft has no time', () => {
  const { request } = readDraft({ ...READY, more: { ...READY.more, begin: 'draft', startAt: '2030-01-31T02:00' } });
  expect(request).toMatchObject({ draft: true });
  expect(request).not.toHaveProperty('startAtMs');
});

test('faults under More are named by their fields too', () => {
  const { faults } = readDraft({
    ...READY,
    waves: [{ size: '1', takes: 'ring=', approval: false }],
    more: {
      ...READY.more,
      begin: 'at',
      pace: 'fast',
      growth: '0.5',
      windowCron: '0 2 * * *',
      windowLength: '2',
      offlineAfter: 'never',
      memoryFactor: '1',
    },
  });
  expect([...faults.keys()].sort()).toEqual(
    ['takes0', 'startAt', 'pace', 'growth', 'windowLength', 'offlineAfter', 'memoryFactor'].sort(),
  );
  const bounds = readDraft({
    ...READY,
    more: { ...READY.more, windowCron: 'at night', windowLength: '1s', windowZone: 'Mars/Base' },
  });
  expect([...bounds.faults.keys()].sort()).toEqual(['windowCron', 'windowLength', 'windowZone'].sort());
});
