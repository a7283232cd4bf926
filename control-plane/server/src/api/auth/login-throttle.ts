import { SERVER_LIMITS } from '../../config/limits.ts';
import { KeyedThrottle } from '../../throttle/keyed-throttle.ts';
import { PasswordAttempts } from './password-attempts.ts';

/**
 * Slows guessing and floods down. Wrong tokens are only answered more slowly, by address; passwords have attempts of their own. Devices'
 * failures count by address and claimed identity, because a whole fleet may share one address and one wrong device must not shut the
 * others out.
 */
export interface LoginThrottle {
  /** Counts a wrong token or session from an address: 0, or how long the one who sent it is told to wait, ms. */
  countFailure(address: string, nowMs: number): number;
  readonly passwords: PasswordAttempts;
  /** Sign-ins through the provider that an address begins: each asks the provider. */
  readonly oidcStarts: KeyedThrottle;
  /** Requests by whoever makes them. */
  readonly requests: KeyedThrottle;
  readonly deviceFailures: KeyedThrottle;
  readonly claimFailures: KeyedThrottle;
  readonly claims: KeyedThrottle;
}

export function createLoginThrottle(): LoginThrottle {
  const failures = {
    burst: SERVER_LIMITS.failuresPerAddressBurst,
    perSecond: SERVER_LIMITS.failuresPerAddressPerSecond,
  };
  const claims = { burst: SERVER_LIMITS.claimsPerAddressBurst, perSecond: SERVER_LIMITS.claimsPerAddressPerSecond };
  const requests = { burst: SERVER_LIMITS.requestsBurst, perSecond: SERVER_LIMITS.requestsPerSecond };
  const keys = SERVER_LIMITS.throttleKeys;
  const operatorFailures = new KeyedThrottle(failures, keys);
  return {
    countFailure(address, nowMs) {
      const waitMs = operatorFailures.waitMs(address, nowMs);
      if (waitMs === 0) operatorFailures.count(address, nowMs);
      return waitMs;
    },
    passwords: new PasswordAttempts(SERVER_LIMITS.passwordAttempts, keys),
    oidcStarts: new KeyedThrottle(failures, keys),
    requests: new KeyedThrottle(requests, keys),
    deviceFailures: new KeyedThrottle(failures, keys),
    claimFailures: new KeyedThrottle(failures, keys),
    claims: new KeyedThrottle(claims, keys),
  };
}
