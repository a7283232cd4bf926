/**
 * When are the neighbours asked for a blob that the link may not carry? At once, and when none had it again after a while that
 * doubles: a neighbour may have it by then. Where the link may carry it they are asked each time anyway, before all others.
 */
export interface Nearby {
  /** Is asking due? Never without neighbours. */
  mayHave(digest: string): boolean;
  /** All were asked and the blob is not complete; `isMore`: something of it came, and the rest may come soon. */
  noteNone(digest: string, isMore: boolean): void;
}

const AGAIN_MS_MIN = 60_000;
const AGAIN_MS_MAX = 15 * 60_000;
const KEPT_MAX = 64;

export function createNearby(neighbours: readonly unknown[], uptimeMs: () => number): Nearby {
  const asked = new Map<string, { readonly againMs: number; readonly atMs: number }>();
  return {
    mayHave(digest) {
      const last = asked.get(digest);
      return neighbours.length > 0 && (last === undefined || uptimeMs() - last.atMs >= last.againMs);
    },
    noteNone(digest, isMore) {
      const before = isMore ? undefined : asked.get(digest);
      const againMs = before === undefined ? AGAIN_MS_MIN : Math.min(AGAIN_MS_MAX, before.againMs * 2);
      asked.delete(digest);
      asked.set(digest, { againMs, atMs: uptimeMs() });
      for (const oldest of asked.keys()) if (asked.size > KEPT_MAX) asked.delete(oldest);
    },
  };
}
