import { expect, test } from 'vitest';
import { EMPTY_DRAFT, readDraft, readWaveSize } from './draft.ts';

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
    waves: ['1', 'many', '200%'],
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
