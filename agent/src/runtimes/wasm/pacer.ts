/**
 * Slows down a guest that calls the host too often: the reply waits, and with it the guest. Operations that cost a write to
 * flash or a message weigh more. Nothing is refused, so a program that bursts once is only delayed.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  kv_set: 10,
  kv_delete: 10,
  publish: 10,
  secret_get: 5,
  sync: 20,
  fetch: 20,
  gpio_write: 2,
  i2c_transaction: 10,
  serial_open: 5,
  serial_read: 5,
  serial_write: 5,
  log: 2,
};

export class Pacer {
  readonly #perSecond: number;
  #tokens: number;
  #atMs: number;
  #heldBack = 0;

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
    if (this.#tokens >= 0) return 0;
    this.#heldBack += 1;
    return Math.ceil((-this.#tokens / this.#perSecond) * 1000);
  }

  /** Operations that had to wait since this was last asked. */
  takeHeldBack(): number {
    const heldBack = this.#heldBack;
    this.#heldBack = 0;
    return heldBack;
  }
}
