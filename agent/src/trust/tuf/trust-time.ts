/**
 * The time that expiry is judged by. A small computer has no clock of its own and believes whoever tells it the time, so:
 * it is never before what was signed, and a clock that is far ahead of everything signed counts for nothing, because a liar could
 * otherwise make all metadata expire for good. Only signed times are remembered (DESIGN "Trust").
 */
export interface TimeSources {
  /** Highest signed time that this device ever accepted; 0: none yet. */
  readonly knownMs: number;
  readonly clockMs: number;
}

/** How far a clock may be ahead of the newest signed time. */
const CREDIBLE_MS = 366 * 86_400_000;

export function trustTimeMs({ knownMs, clockMs }: TimeSources): number {
  // A program that knows of no signed time at all has but its clock.
  if (knownMs <= 0) return clockMs;
  return clockMs <= knownMs + CREDIBLE_MS ? Math.max(knownMs, clockMs) : knownMs;
}
