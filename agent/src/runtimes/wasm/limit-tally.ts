import type { LimitCounts, LimitHit, LimitName } from '@wherry/protocol';

/** Limits that a program has hit since it started: counted by name, and each told as it happens. */
export class LimitTally {
  readonly #tell: (hit: LimitHit) => void;
  readonly #counts = new Map<LimitName, number>();

  constructor(tell: (hit: LimitHit) => void) {
    this.#tell = tell;
  }

  add(hit: LimitHit): void {
    this.#counts.set(hit.limit, (this.#counts.get(hit.limit) ?? 0) + 1);
    this.#tell(hit);
  }

  figures(): { readonly limitsHit: number; readonly limits: LimitCounts } {
    let limitsHit = 0;
    for (const count of this.#counts.values()) limitsHit += count;
    return { limitsHit, limits: Object.fromEntries(this.#counts) };
  }
}
