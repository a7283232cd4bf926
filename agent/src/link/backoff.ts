/**
 * When to connect again: full jitter over an exponential ceiling, so that a fleet that lost its broker in one instant does not come
 * back in one instant. Time and chance are arguments.
 */
export interface Backoff {
  /** Connects that failed, or sessions that did not live long, in a row. */
  readonly attempts: number;
  /** When the present session came up; null while there is none. */
  readonly upSinceMs: number | null;
}

export interface BackoffPolicy {
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly stableAfterMs: number;
  readonly lostSessionCeilingMs: number;
}

export const NO_ATTEMPTS: Backoff = { attempts: 0, upSinceMs: null };

export function cameUp(backoff: Backoff, nowMs: number): Backoff {
  return { ...backoff, upSinceMs: nowMs };
}

/** `random` is in [0, 1). `nowMs` is of a clock that does not jump. */
export function wentDown(
  backoff: Backoff,
  nowMs: number,
  random: number,
  policy: BackoffPolicy,
): { readonly backoff: Backoff; readonly delayMs: number } {
  const wasStable = backoff.upSinceMs !== null && nowMs - backoff.upSinceMs >= policy.stableAfterMs;
  // Sessions that lived are lost by a whole fleet at once, when its broker is: it stays spread out until the broker is back.
  const attempts = wasStable ? attemptsUpTo(policy.lostSessionCeilingMs, policy) : backoff.attempts;
  // 2^30 is past any cap; the bound keeps the number finite over years of being offline.
  const ceilingMs = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** Math.min(attempts, 30));
  const next = wasStable ? Math.max(1, attempts) : attempts + 1;
  return { backoff: { attempts: next, upSinceMs: null }, delayMs: Math.floor(random * ceilingMs) };
}

function attemptsUpTo(ceilingMs: number, { backoffBaseMs }: BackoffPolicy): number {
  return Math.max(0, Math.ceil(Math.log2(ceilingMs / backoffBaseMs)));
}
