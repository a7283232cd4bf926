import { WASM_BOUNDS } from './bounds.ts';

/** The last durations of calls, and their quantiles. */
export class Durations {
  readonly #values: number[] = [];
  #next = 0;

  add(durationMs: number): void {
    this.#values[this.#next] = durationMs;
    this.#next = (this.#next + 1) % WASM_BOUNDS.durationsKept;
  }

  /** The smallest kept duration that at least `share` of all do not exceed; undefined before the first call. */
  quantile(share: number): number | undefined {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  }
}
