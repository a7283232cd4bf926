import { SERVER_LIMITS } from '../../config/limits.ts';
import { KeyedThrottle } from '../../throttle/keyed-throttle.ts';

/**
 * Slows guessing down. Operators' failures count by address. Devices' failures count by address and claimed identity, because a
 * whole fleet may share one address and one wrong device must not shut the others out.
 */
export interface LoginThrottle {
  readonly operatorFailures: KeyedThrottle;
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
  const keys = SERVER_LIMITS.throttleKeys;
  return {
    operatorFailures: new KeyedThrottle(failures, keys),
    deviceFailures: new KeyedThrottle(failures, keys),
    claimFailures: new KeyedThrottle(failures, keys),
    claims: new KeyedThrottle(claims, keys),
  };
}
