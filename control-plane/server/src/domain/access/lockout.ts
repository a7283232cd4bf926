/**
 * How long the next attempt has to wait after failures: some are free, then the wait doubles up to a bound. What is tried during the
 * wait is refused unseen and does not make it longer, so nobody can keep somebody else out for good.
 */
export interface LockoutRule {
  readonly freeFailures: number;
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
  /** Without another failure for this long, they are forgotten. */
  readonly forgottenAfterMs: number;
}

export interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
}

const DOUBLINGS_MAX = 30;

/** 0: go on. */
export function waitMs(failures: Failures | undefined, rule: LockoutRule, nowMs: number): number {
  if (!failures || isForgotten(failures, rule, nowMs) || failures.count < rule.freeFailures) return 0;
  const doublings = Math.min(failures.count - rule.freeFailures, DOUBLINGS_MAX);
  const fullMs = Math.min(rule.firstWaitMs * 2 ** doublings, rule.maxWaitMs);
  // A clock that steps back makes nobody wait longer than the full time.
  return Math.min(fullMs, Math.max(0, failures.lastAtMs + fullMs - nowMs));
}

export function afterFailure(failures: Failures | undefined, rule: LockoutRule, nowMs: number): Failures {
  const before = failures && !isForgotten(failures, rule, nowMs) ? failures.count : 0;
  return { count: before + 1, lastAtMs: nowMs };
}

/** Takes one failure back: the attempt that was counted in advance has succeeded. */
export function afterSuccess(failures: Failures): Failures {
  return { ...failures, count: Math.max(0, failures.count - 1) };
}

function isForgotten({ lastAtMs }: Failures, { forgottenAfterMs }: LockoutRule, nowMs: number): boolean {
  return nowMs - lastAtMs >= forgottenAfterMs;
}
