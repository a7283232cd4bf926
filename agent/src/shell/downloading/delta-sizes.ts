import type { DeltaKnowledge } from '../../core/budget/link-budget.ts';

/**
 * How large the deltas are that were asked for, so that one that does not fit into the month's budget is not asked for again. A size stays
 * true; that there is none, or none that can be used, is asked again after a while, as the control plane may have made one.
 */
export interface DeltaSizes {
  note(digest: string, known: number | 'none'): void;
  of(digest: string): DeltaKnowledge;
}

const NONE_STAYS_MS = 3 * 3_600_000;
const KEPT_MAX = 64;

export function createDeltaSizes(uptimeMs: () => number): DeltaSizes {
  const noted = new Map<string, { readonly known: number | 'none'; readonly atMs: number }>();
  return {
    note(digest, known) {
      noted.delete(digest);
      noted.set(digest, { known, atMs: uptimeMs() });
      for (const oldest of noted.keys()) if (noted.size > KEPT_MAX) noted.delete(oldest);
    },
    of(digest) {
      const last = noted.get(digest);
      if (last === undefined || (last.known === 'none' && uptimeMs() - last.atMs >= NONE_STAYS_MS)) return 'unknown';
      return last.known;
    },
  };
}
