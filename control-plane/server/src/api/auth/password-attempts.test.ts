import { describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { type PasswordAttempt, PasswordAttempts } from './password-attempts.ts';

const RULES = SERVER_LIMITS.passwordAttempts;
const MINUTE_MS = 60_000;
const ada = (extra: Partial<PasswordAttempt> = {}): PasswordAttempt => ({
  tenant: 'default',
  user: 'ada',
  address: '192.0.2.1',
  knownBrowser: null,
  ...extra,
});
const fresh = (keys = 1_000) => new PasswordAttempts(RULES, keys);
/** Guesses as fast as it is let, for so long; answers how many guesses were looked at. */
function guess(attempts: PasswordAttempts, of: (count: number) => PasswordAttempt, forMs: number): number {
  let looked = 0;
  for (let nowMs = 0, count = 0; nowMs < forMs; nowMs += 100, count += 1)
    if (attempts.begin(of(count), nowMs) === 0) looked += 1;
  return looked;
}

describe('wrong passwords', () => {
  it('from one address are slowed down soon', () => {
    const looked = guess(fresh(), () => ada(), 60 * MINUTE_MS);
    expect(looked).toBeGreaterThan(RULES.own.freeFailures);
    expect(looked).toBeLessThan(100);
  });

  it('for one account from many addresses are slowed down too', () => {
    const looked = guess(fresh(100_000), (count) => ada({ address: `a${count}` }), 60 * MINUTE_MS);
    expect(looked).toBeLessThan(200);
  });

  it('for many accounts from one address are slowed down too', () => {
    const looked = guess(fresh(100_000), (count) => ada({ user: `u${count}` }), 60 * MINUTE_MS);
    expect(looked).toBeLessThan(250);
  });

  it('many at once gain nothing', () => {
    const attempts = fresh();
    const looked = Array.from({ length: 100 }, () => attempts.begin(ada(), 0)).filter((waitMs) => waitMs === 0);
    expect(looked).toHaveLength(RULES.own.freeFailures);
  });
});

describe('strangers', () => {
  it('never hold up a browser that the owner has signed in with before', () => {
    const attempts = fresh(100_000);
    guess(attempts, (count) => ada({ address: `a${count % 50}` }), 10 * MINUTE_MS);
    guess(attempts, () => ada(), 10 * MINUTE_MS);
    expect(attempts.begin(ada({ knownBrowser: 'laptop' }), 10 * MINUTE_MS)).toBe(0);
  });

  it('behind one address do not hold up the accounts of others for long', () => {
    const attempts = fresh();
    guess(attempts, () => ada({ user: 'grace' }), 10 * MINUTE_MS);
    expect(attempts.begin(ada(), 10 * MINUTE_MS)).toBeLessThanOrEqual(RULES.address.maxWaitMs);
    expect(RULES.address.maxWaitMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(RULES.account.maxWaitMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(RULES.own.maxWaitMs).toBeLessThanOrEqual(MINUTE_MS);
  });

  it('do not push out what is counted for an account by a flood of others', () => {
    const attempts = fresh(30);
    for (let count = 0; count < 200; count += 1) attempts.begin(ada({ address: `a${count}` }), count);
    expect(attempts.size).toBeLessThanOrEqual(30);
    expect(attempts.begin(ada({ address: 'another' }), 200)).toBeGreaterThan(0);
  });

  it('with a cookie of their own are held to it like anybody', () => {
    const looked = guess(fresh(), () => ada({ knownBrowser: 'stolen' }), 60 * MINUTE_MS);
    expect(looked).toBeLessThan(100);
  });
});

it('a right password forgets the failures of its own way, and leaves those of others', () => {
  const attempts = fresh();
  for (let count = 0; count < 4; count += 1) attempts.begin(ada(), 0);
  attempts.begin(ada(), 0);
  expect(attempts.begin(ada(), 0)).toBeGreaterThan(0);
  attempts.succeed(ada());
  expect(attempts.begin(ada(), 0)).toBe(0);
});
