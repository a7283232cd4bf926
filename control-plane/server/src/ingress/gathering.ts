/**
 * How long the next group gathers: at least `waitMs`, and as long as the last one took to be written, at most `maxMs`. A store on a
 * slow disk then gets fewer and larger groups by itself.
 */
export class Gathering {
  readonly #waitMs: number;
  readonly #maxMs: number;
  #lastMs = 0;

  constructor(waitMs: number, maxMs: number) {
    this.#waitMs = waitMs;
    this.#maxMs = maxMs;
  }

  get ms(): number {
    return Math.max(this.#waitMs, Math.min(this.#lastMs, this.#maxMs));
  }

  async measure<T>(write: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    try {
      return await write();
    } finally {
      this.#lastMs = performance.now() - startedAtMs;
    }
  }
}
