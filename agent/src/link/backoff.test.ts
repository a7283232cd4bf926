import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cameUp, NO_ATTEMPTS, wentDown } from './backoff.ts';

const policy = { backoffBaseMs: 1_000, backoffCapMs: 300_000, stableAfterMs: 60_000, lostSessionCeilingMs: 1_000 };
const ALMOST_ONE = 1 - Number.EPSILON;

test('the ceiling doubles from the base to the cap', () => {
  let backoff = NO_ATTEMPTS;
  const ceilings: number[] = [];
  for (let attempt = 0; attempt < 11; attempt += 1) {
    const next = wentDown(backoff, 0, ALMOST_ONE, policy);
    ceilings.push(Math.round(next.delayMs / 1000));
    backoff = next.backoff;
  }
  expect(ceilings).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

test('a session of a minute starts again at the base, a shorter one does not', () => {
  const tried = { attempts: 6, upSinceMs: null };
  expect(wentDown(cameUp(tried, 1_000), 60_999, ALMOST_ONE, policy).backoff.attempts).toBe(7);
  expect(wentDown(cameUp(tried, 1_000), 61_000, ALMOST_ONE, policy).backoff.attempts).toBe(1);
});

test('after a session that lived, tries begin with a ceiling that spreads a fleet', () => {
  const spread = { ...policy, lostSessionCeilingMs: 16_000 };
  const ceilings: number[] = [];
  let backoff = cameUp(NO_ATTEMPTS, 0);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const next = wentDown(backoff, 60_000, ALMOST_ONE, spread);
    ceilings.push(Math.round(next.delayMs / 1000));
    backoff = next.backoff;
  }
  expect(ceilings).toEqual([16, 16, 32, 64]);
  expect(wentDown(cameUp(NO_ATTEMPTS, 0), 59_999, ALMOST_ONE, spread).delayMs).toBeLessThan(1_000);
});

test('law: a delay is always within its ceiling, for any number of attempts', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }), (attempts, random) => {
      const { delayMs } = wentDown({ attempts, upSinceMs: null }, 0, random, policy);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(policy.backoffCapMs);
    }),
  );
});

test('a fleet that lost its broker at once is spread over the whole ceiling', () => {
  const delays = Array.from({ length: 1_000 }, (_, device) => {
    return wentDown({ attempts: 5, upSinceMs: null }, 0, device / 1_000, policy).delayMs;
  });
  const perSecond = new Map<number, number>();
  for (const delay of delays)
    perSecond.set(Math.floor(delay / 1000), (perSecond.get(Math.floor(delay / 1000)) ?? 0) + 1);
  expect(perSecond.size).toBe(32);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(32);
});
