import type { DeviceId } from '@wherry/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRollout } from './plan.ts';
import { NOW_MS, planOf, RELEASE } from './testing/rollout-builder.ts';
import { spread } from './waves.ts';

describe('the default plan', () => {
  test('is one device, a tenth, the rest', () => {
    expect(planOf(100).header.waves.map(({ total }) => total)).toEqual([1, 10, 89]);
  });
  test('drops waves that are left without a device', () => {
    expect(planOf(1).header.waves.map(({ total }) => total)).toEqual([1]);
    expect(planOf(2).header.waves.map(({ total }) => total)).toEqual([1, 1]);
  });
  test('tolerates no failure in the first wave, and later what the rate allows', () => {
    expect(planOf(100).header.waves.map(({ gate }) => gate.maxFailures)).toEqual([0, 10, 89]);
    expect(planOf(100).header.waves[0]?.gate).toMatchObject({ minSuccess: 0.95, maxFailureRate: 0.05, minSample: 5 });
  });
});

test('a gate of the wave wins over the gate of the rollout, and that over the defaults', () => {
  const waves = [{ size: { count: 1 }, gate: { maxFailures: 3 } }, { size: { share: 1 } }];
  const { header } = planOf(10, { gate: { maxFailures: 2, minSample: 1 }, waves });
  expect(header.waves.map(({ gate }) => [gate.maxFailures, gate.minSample])).toEqual([
    [3, 1],
    [2, 1],
  ]);
});

test('online devices fill the first waves, and left-out ones are counted as skipped at the end', () => {
  const device = (name: string, isOnline: boolean, skip?: string) => ({
    device: name as DeviceId,
    isOnline,
    release: RELEASE,
    ...(skip === undefined ? {} : { skip }),
  });
  const devices = [device('a', false), device('b', true), device('c', true, 'has it'), device('d', true)];
  const { header, members } = planRollout({ maxInFlight: 1, deadlineMs: 1_000, soakMs: 0 }, devices, NOW_MS);
  expect(members.map((member) => [member.device, member.wave, member.state])).toEqual([
    ['b', 0, 'pending'],
    ['d', 1, 'pending'],
    ['a', 2, 'pending'],
    ['c', 2, 'skipped'],
  ]);
  expect(header.waves.map(({ total }) => total)).toEqual([1, 1, 2]);
});

test('sizes always add up to all devices', () => {
  const size = fc.oneof(
    fc.record({ count: fc.integer({ min: 1, max: 500 }) }),
    fc.record({ share: fc.double({ min: 0.001, max: 1, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 50 }), fc.nat(1_000), (sizes, total) => {
      const spreads = spread(sizes, total);
      expect(spreads.reduce((sum, one) => sum + one, 0)).toBe(total);
      expect(Math.min(...spreads)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a share of round figures is not rounded up by binary fractions', () => {
  expect(spread([{ share: 0.1 }, { share: 0.7 }, { count: 1 }], 30)).toEqual([3, 21, 6]);
});
