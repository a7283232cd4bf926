import type { MemberState } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import { findBreach, findShortfall } from './gates.ts';
import { memberIn, NOW_MS, waveOf } from './testing/rollout-builder.ts';

function waveWith(counts: Partial<Record<MemberState, number>>, gate = {}) {
  const members = Object.entries(counts).flatMap(([state, count]) =>
    Array.from({ length: count }, () => memberIn(state as MemberState)),
  );
  return waveOf(members, gate);
}
const limitOf = (counts: Partial<Record<MemberState, number>>, gate = {}) =>
  findBreach(waveWith(counts, gate), 0, NOW_MS)?.limit ?? null;

describe('maxFailures', () => {
  test.each<[MemberState]>([['failed'], ['reverted'], ['rejected'], ['timed_out'], ['unhealthy']])(
    'counts %s',
    (state) => {
      expect(limitOf({ [state]: 1, in_flight: 9 }, { maxFailures: 0 })).toBe('maxFailures');
    },
  );
  test('is within at the limit and crossed above it', () => {
    expect(limitOf({ failed: 2 }, { maxFailures: 2 })).toBe(null);
    expect(limitOf({ failed: 3 }, { maxFailures: 2 })).toBe('maxFailures');
  });
});

describe('maxFailureRate', () => {
  const gate = { maxFailureRate: 0.05, minSample: 5 };
  test('counts from minSample on', () => {
    expect(limitOf({ failed: 1, succeeded: 3 }, gate)).toBe(null);
    expect(limitOf({ failed: 1, succeeded: 4 }, gate)).toBe('maxFailureRate');
  });
  test('is within at the limit and crossed above it', () => {
    expect(limitOf({ failed: 1, succeeded: 19 }, gate)).toBe(null);
    expect(limitOf({ failed: 2, succeeded: 37 }, gate)).toBe('maxFailureRate');
  });
  test('has as denominator the devices that answered, those in soak too, and nobody in flight or waiting', () => {
    const verdict = findBreach(
      waveWith({ failed: 2, soaking: 3, succeeded: 4, in_flight: 50, waiting: 7, pending: 9 }, gate),
      0,
      NOW_MS,
    );
    expect(verdict).toMatchObject({ failures: 2, reached: 9, observed: 2 / 9, allowed: 0.05 });
  });
});

describe('minSuccess', () => {
  test('is looked at over the devices reached, and is enough when met exactly', () => {
    expect(findShortfall(waveWith({ succeeded: 19, failed: 1 }, { minSuccess: 0.95 }), 0, NOW_MS)).toBe(null);
    expect(
      findShortfall(waveWith({ succeeded: 18, failed: 1, waiting: 40 }, { minSuccess: 0.95 }), 0, NOW_MS),
    ).toMatchObject({
      limit: 'minSuccess',
      failures: 1,
      reached: 19,
    });
  });
});

test('acknowledged failures count neither above nor below the line', () => {
  const wave = { ...waveWith({ failed: 3, succeeded: 7 }, { maxFailures: 0, minSuccess: 1 }), acknowledged: 3 };
  expect(findBreach(wave, 0, NOW_MS)).toBe(null);
  expect(findShortfall(wave, 0, NOW_MS)).toBe(null);
});

test('the verdict says who failed, of how many, and which limit that crosses', () => {
  const wave = { ...waveWith({ failed: 1, succeeded: 2 }, { maxFailures: 0 }), failedDevices: ['pi-7'] as never };
  expect(findBreach(wave, 1, NOW_MS)?.sentence).toBe('1 of 3 devices reached in wave 2 failed, and none may (pi-7)');
});
