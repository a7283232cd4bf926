/**
 * What gives way when the outbox is full. A row is removed by letting its neighbour take over its numbers, so that no gap is left
 * unexplained. Samples, differences of state and counts of losses go into the next row of their class, oldest pairs first: detail is
 * lost, sums are not. Events cannot be merged: the oldest go last of all, and are counted.
 */
export interface OutboxHead {
  readonly id: number;
  readonly boot: string;
  readonly seq: number;
  readonly firstSeq: number;
  readonly sort: OutboxSort;
}
export type OutboxSort = 'usage' | 'state' | 'event' | 'dropped';

export interface Removal {
  readonly id: number;
  /** The next row of the same boot: it covers the numbers from `firstSeq` on now. */
  readonly heirId: number;
  readonly firstSeq: number;
  /** The row that takes the content; null: the content is given up. */
  readonly intoId: number | null;
}

/** `rows` oldest first. Answers at most `count` removals, to be carried out in their order; fewer when nothing else may go. */
export function planThinning(rows: readonly OutboxHead[], count: number): readonly Removal[] {
  const removals: Removal[] = [];
  let left = [...rows];
  for (const sort of ['usage', 'state', 'dropped', 'event'] as const) {
    for (;;) {
      const wanted = count - removals.length;
      if (wanted <= 0) return removals;
      const pass = sort === 'event' ? dropOldest(left, wanted) : mergePairs(left, sort, wanted);
      if (pass.removals.length === 0) break;
      removals.push(...pass.removals);
      left = pass.left;
    }
  }
  return removals;
}

interface Pass {
  readonly removals: readonly Removal[];
  readonly left: OutboxHead[];
}

/** Halves the resolution: every second row of the class goes into the one after it. */
function mergePairs(rows: readonly OutboxHead[], sort: OutboxSort, wanted: number): Pass {
  const into = new Map<number, number>();
  let pending: OutboxHead | null = null;
  for (const row of rows) {
    if (row.sort !== sort || into.size >= wanted) continue;
    if (pending !== null && pending.boot === row.boot) {
      into.set(pending.id, row.id);
      pending = null;
    } else pending = row;
  }
  return remove(rows, (row) => into.has(row.id), into);
}

function dropOldest(rows: readonly OutboxHead[], wanted: number): Pass {
  let dropped = 0;
  return remove(
    rows,
    (row) => {
      if (row.sort !== 'event' || dropped >= wanted) return false;
      dropped += 1;
      return true;
    },
    new Map(),
  );
}

function remove(
  rows: readonly OutboxHead[],
  isGoing: (row: OutboxHead) => boolean,
  into: ReadonlyMap<number, number>,
): Pass {
  const removals: Removal[] = [];
  const left: OutboxHead[] = [];
  let covered: number | null = null;
  for (const [at, row] of rows.entries()) {
    const firstSeq: number = covered ?? row.firstSeq;
    const next = rows[at + 1];
    // The newest row of a boot has no heir: it stays.
    if (next !== undefined && next.boot === row.boot && isGoing(row)) {
      removals.push({ id: row.id, heirId: next.id, firstSeq, intoId: into.get(row.id) ?? null });
      covered = firstSeq;
    } else {
      left.push({ ...row, firstSeq });
      covered = null;
    }
  }
  return { removals, left };
}
