import { type Bucket, type BucketRule, fullBucket, refill } from './token-bucket.ts';

/**
 * Attempts by key (an address, or an address with an identity). Holds at most `keys` of them: the one that was touched longest ago
 * is forgotten, so that a flood of keys costs no more memory than `keys`.
 */
export class KeyedThrottle {
  readonly #rule: BucketRule;
  readonly #keys: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rule: BucketRule, keys: number) {
    this.#rule = rule;
    this.#keys = keys;
  }

  /** 0 when another attempt is allowed, otherwise how long to wait, ms. Takes nothing. */
  waitMs(key: string, nowMs: number): number {
    const bucket = this.#buckets.get(key);
    if (!bucket) return 0;
    refill(bucket, this.#rule, nowMs);
    return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) / this.#rule.perSecond) * 1000);
  }

  /** Counts one attempt. */
  count(key: string, nowMs: number): void {
    const bucket = this.#buckets.get(key) ?? fullBucket(this.#rule, nowMs);
    refill(bucket, this.#rule, nowMs);
    bucket.tokens = Math.max(0, bucket.tokens - 1);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keys) this.#forgetOldest();
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
