/** A bucket that fills at `perSecond` up to `burst`. Time is an argument; it may stand still, and never runs the bucket backwards. */
export interface BucketRule {
  readonly burst: number;
  readonly perSecond: number;
}

export interface Bucket {
  tokens: number;
  atMs: number;
}

export function fullBucket(rule: BucketRule, nowMs: number): Bucket {
  return { tokens: rule.burst, atMs: nowMs };
}

/** Adds what has flowed in since the last look. */
export function refill(bucket: Bucket, rule: BucketRule, nowMs: number): void {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  bucket.tokens = Math.min(rule.burst, bucket.tokens + (passedMs / 1000) * rule.perSecond);
  bucket.atMs = Math.max(bucket.atMs, nowMs);
}

/** Takes tokens even below zero, and answers how many ms it takes until the bucket is not in debt: 0 when it is not. */
export function spend(bucket: Bucket, rule: BucketRule, count: number, nowMs: number): number {
  refill(bucket, rule, nowMs);
  bucket.tokens -= count;
  return bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens / rule.perSecond) * 1000);
}
