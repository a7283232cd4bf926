/** How long usage is kept in which grain. Raw samples serve the newest sample and the finest charts. */
export const RAW_KEPT_MS = 86_400_000;

export interface Tier {
  readonly resolutionMs: number;
  readonly keptMs: number;
}

const DAY_MS = 86_400_000;

/** Fine to coarse; each sample is added to its point of every tier when it arrives, so late samples count too. */
export const TIERS: readonly Tier[] = [
  { resolutionMs: 60_000, keptMs: 7 * DAY_MS },
  { resolutionMs: 900_000, keptMs: 90 * DAY_MS },
  { resolutionMs: DAY_MS, keptMs: 730 * DAY_MS },
];

/** Points that one answer holds at most. */
export const POINTS_MAX = 1_000;

/**
 * The grain that answers a range: the finest that still holds its beginning and gives at most POINTS_MAX points.
 * 0 stands for the raw samples, which are used for ranges up to an hour.
 */
export function tierFor(fromMs: number, toMs: number, nowMs: number): number {
  const lengthMs = toMs - fromMs;
  if (lengthMs <= 3_600_000 && fromMs >= nowMs - RAW_KEPT_MS) return 0;
  const fits = TIERS.find((tier) => fromMs >= nowMs - tier.keptMs && lengthMs / tier.resolutionMs <= POINTS_MAX);
  return (fits ?? TIERS[TIERS.length - 1])?.resolutionMs ?? DAY_MS;
}
