import type { HealthPolicy } from '@wherry/protocol';

/**
 * Counting probes and crashes of one instance after another. On trial, crashes add up (a release that crashes between passing
 * probes must not soak for ever); probe failures count only in a row. Confirmed, crashes are forgotten after a steady run.
 */
export interface Health {
  /** In a row. */
  readonly probeFailures: number;
  readonly crashes: number;
  /** Since when nothing failed; null while no instance is up. */
  readonly passingSinceMs: number | null;
}

export const FRESH_HEALTH: Health = { probeFailures: 0, crashes: 0, passingSinceMs: null };

/** How long a confirmed workload must be up before its crashes are forgotten. */
export const STEADY_MS = 60_000;

export function cameUp(health: Health, nowMs: number): Health {
  return { ...health, probeFailures: 0, passingSinceMs: nowMs };
}

export function probePassed(health: Health, nowMs: number): Health {
  return { ...health, probeFailures: 0, passingSinceMs: health.passingSinceMs ?? nowMs };
}

export function probeFailed(health: Health): Health {
  return { ...health, probeFailures: health.probeFailures + 1, passingSinceMs: null };
}

export function crashed(health: Health): Health {
  return { probeFailures: 0, crashes: health.crashes + 1, passingSinceMs: null };
}

export function hasFailed(health: Health, policy: HealthPolicy): boolean {
  return health.probeFailures >= policy.failures || health.crashes >= policy.failures;
}

/** Ms of soaking that are left; 0 when the release counts as good. */
export function soakLeftMs(health: Health, policy: HealthPolicy, nowMs: number): number {
  if (health.passingSinceMs === null) return policy.soakMs;
  return Math.max(0, policy.soakMs - Math.max(0, nowMs - health.passingSinceMs));
}

export function isSteady(health: Health, nowMs: number): boolean {
  return health.passingSinceMs !== null && nowMs - health.passingSinceMs >= STEADY_MS;
}
