import type { Outbox, OutboxBody, OutboxRow } from '../src/link/port.ts';

/** An outbox without a disk, for tests of what empties it. */
export function createMemoryOutbox(boot: string): Outbox & { rowsOf(boot: string): readonly OutboxRow[] } {
  let rows: OutboxRow[] = [];
  let seq = 0;
  const listeners = new Set<() => void>();
  return {
    append(entry: OutboxBody) {
      seq += 1;
      rows.push({ boot, seq, firstSeq: seq, atMs: Date.now(), entry });
      for (const listener of listeners) listener();
    },
    peek(limit, after) {
      const at = after ? rows.findIndex((row) => row.boot === after.boot && row.seq === after.seq) + 1 : 0;
      return rows.slice(at, at + limit);
    },
    acknowledge(ofBoot, upTo) {
      rows = rows.filter((row) => row.boot !== ofBoot || row.seq > upTo);
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    size: () => rows.length,
    rowsOf: (ofBoot) => rows.filter((row) => row.boot === ofBoot),
  };
}
