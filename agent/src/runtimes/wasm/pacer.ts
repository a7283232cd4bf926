/**
 * Slows down a guest that calls the host too often: the reply waits, and with it the guest. Operations that cost a write to
 * flash or a message weigh more. Nothing is refused, so a program that bursts once is only delayed.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  kv_set: 10,
  kv_delete: 10,
  publish: 10,
  sync: 20,
  fetch: 20,
  log: 2,
};

export class Pacer {
  readonly #perSecond: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#atMs = nowMs;
  }

  /** Counts one operation; how long its reply must wait, ms. */
  delayMs(operation: string, nowMs: number): number {
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    this.#tokens -= WEIGHTS[operation] ?? 1;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }
}
