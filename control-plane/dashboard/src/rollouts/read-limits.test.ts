import { expect, test } from 'vitest';
import { type LimitFields, readLimits } from './read-limits.ts';

const BEFORE: LimitFields = { maxInFlight: '10', deadline: '15m', soak: '2m', pace: '', growth: '' };
const read = (typed: Partial<LimitFields>, before = BEFORE) => readLimits({ ...before, ...typed }, before);

test('what is not touched is not sent', () => {
  expect(read({}).limits).toEqual({});
  expect(read({ maxInFlight: '20' }).limits).toEqual({ maxInFlight: 20 });
  expect(read({ deadline: '1h', soak: '0s' }).limits).toEqual({ deadlineMs: 3_600_000, soakMs: 0 });
});

test('a pace is given, moved and taken away', () => {
  const paced = { ...BEFORE, pace: '10', growth: '2' };
  expect(read({ pace: '10' }).limits).toEqual({ pace: { devicesPerMinute: 10 } });
  expect(read({ growth: '3' }, paced).limits).toEqual({ pace: { devicesPerMinute: 10, growth: 3 } });
  expect(read({ pace: '', growth: '' }, paced).limits).toEqual({ pace: null });
});

test('faults are named by their field, also those that only the contract knows', () => {
  const { limits, faults } = read({ maxInFlight: '0', deadline: 'soon', pace: 'fast', growth: '0.5' });
  expect(limits).toBeNull();
  expect([...faults.keys()].sort()).toEqual(['deadline', 'growth', 'maxInFlight', 'pace']);
  expect([...read({ deadline: '30d' }).faults.keys()]).toEqual(['deadline']);
});
