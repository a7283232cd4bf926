/** Who waits until an instance has nothing to do: told at the end of each call, or when their time is over. */
export class Settling {
  readonly #isSettled: () => boolean;
  readonly #waiting = new Set<() => void>();

  constructor(isSettled: () => boolean) {
    this.#isSettled = isSettled;
  }

  async wait(limitMs: number): Promise<boolean> {
    if (this.#isSettled()) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
    return this.#isSettled();
  }

  look(): void {
    if (this.#waiting.size > 0 && this.#isSettled()) for (const resolve of this.#waiting) resolve();
  }
}
