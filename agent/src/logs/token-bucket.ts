/** A token bucket as a value: `burst` at once, then `perSecond`. Time, of a clock that does not jump, is an argument. */
export interface TokenBucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** The bucket after taking one token, or null when there is none. */
export function takeToken(
  bucket: TokenBucket | undefined,
  nowMs: number,
  burst: number,
  perSecond: number,
): TokenBucket | null {
  const elapsedMs = bucket ? Math.max(0, nowMs - bucket.atMs) : 0;
  const tokens = bucket ? Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000) : burst;
  return tokens < 1 ? null : { tokens: tokens - 1, atMs: nowMs };
}
