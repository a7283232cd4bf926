import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renewAtMs, renewRetryMs } from './renewal-time.ts';

const DAY_MS = 86_400_000;
const NINETY_DAYS = { fromMs: 0, toMs: 90 * DAY_MS };

it('renews at two thirds, a fleet not in one minute', () => {
  expect(renewAtMs(NINETY_DAYS, 0)).toBe(60 * DAY_MS);
  expect(renewAtMs(NINETY_DAYS, 0.999)).toBeGreaterThan(63 * DAY_MS);
  expect(renewRetryMs(NINETY_DAYS, 0.5)).toBe(3_600_000);
});

it('leaves time for many tries, whatever the life', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const life = fc.integer({ min: 5_000, max: 400 * DAY_MS });
  fc.assert(
    fc.property(life, random, random, (lifeMs, one, two) => {
      const validity = { fromMs: 0, toMs: lifeMs };
      const left = lifeMs - renewAtMs(validity, one);
      expect(left / Math.max(1, renewRetryMs(validity, two))).toBeGreaterThan(30);
    }),
  );
});
