/**
 * Exponential backoff with full jitter: a uniform pick between nothing and a ceiling that doubles. Spreads a fleet out after an
 * outage. The random number is an argument, so that a simulator repeats a run exactly.
 */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

export const DOWNLOAD_BACKOFF: BackoffPolicy = { baseMs: 1_000, capMs: 300_000 };
/** While a release is on trial its verdict should come soon. */
export const TRIAL_BACKOFF: BackoffPolicy = { baseMs: 500, capMs: 10_000 };
export const RESTART_BACKOFF: BackoffPolicy = { baseMs: 1_000, capMs: 300_000 };

/** `failures` counts from 1; `random` is in [0, 1). Answer in ms, a whole number. */
export function backoffMs(failures: number, policy: BackoffPolicy, random: number): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 30);
  return Math.floor(random * Math.min(policy.capMs, policy.baseMs * 2 ** exponent));
}
