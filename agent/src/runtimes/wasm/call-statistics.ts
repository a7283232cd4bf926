import type { LimitHit } from '@wherry/protocol';
import { Durations } from './durations.ts';
import { LimitTally } from './limit-tally.ts';

/** What is counted of a program's calls since it started. */
export class CallStatistics {
  readonly #durations = new Durations();
  readonly #tally: LimitTally;
  #calls = 0;
  #errors = 0;
  #fuel = 0;

  /** `tell` hears of each limit as it is hit. */
  constructor(tell: (hit: LimitHit) => void) {
    this.#tally = new LimitTally(tell);
  }

  began(): void {
    this.#calls += 1;
  }

  failed(): void {
    this.#errors += 1;
  }

  took(durationMs: number): void {
    this.#durations.add(durationMs);
  }

  hit(...hits: readonly (LimitHit | null | undefined)[]): void {
    for (const hit of hits) if (hit) this.#tally.add(hit);
  }

  burned(fuel: number): void {
    this.#fuel += fuel;
  }

  figures(isFueled: boolean) {
    const callP50Ms = this.#durations.quantile(0.5);
    const callP99Ms = this.#durations.quantile(0.99);
    return {
      calls: this.#calls,
      errors: this.#errors,
      ...this.#tally.figures(),
      ...(isFueled ? { fuel: this.#fuel } : {}),
      ...(callP50Ms === undefined || callP99Ms === undefined ? {} : { callP50Ms, callP99Ms }),
    };
  }
}
