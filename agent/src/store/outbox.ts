import { LIMITS } from '@wherry/protocol';
import type { Database } from 'better-sqlite3';
import { mergeSamples, mergeStates } from '../core/outbox/merge.ts';
import { type OutboxHead, planThinning } from '../core/outbox/thin.ts';
import type { Outbox, OutboxBody, OutboxRow } from '../link/port.ts';
import type { Effects } from '../shell/effects.ts';
import { transact } from './database.ts';
import { readEntry, readRow, type StoredRow, sortOf } from './outbox-row.ts';

/**
 * The outbox of link/port.ts in SQLite. Bounded: when it is full, core/outbox/ says what gives way. Rows that may be on their way
 * to the server are left alone, because it stores a number once: a merged row would be counted twice.
 */
export interface OutboxOptions {
  readonly db: Database;
  readonly effects: Effects;
  readonly boot: string;
  readonly nowMs: () => number;
  readonly capacityRows?: number;
}

/** Share of the rows that is freed at once, so that thinning is rare. */
const FREED_SHARE = 0.05;
/** What an earlier start of the agent may have sent without hearing back. */
const MAYBE_SENT_ROWS = 512;

/** What the numbering goes back to when the transaction that took numbers did not commit: a gap would stop all acknowledgements. */
export interface OutboxMark {
  readonly seq: number;
  readonly rows: number;
}

export interface StoredOutbox extends Outbox {
  /** Rows whose content had decayed on the disk, since the start. */
  damagedRows(): number;
  /** Acknowledgements that could not be written down, since the start. */
  failedAcknowledgements(): number;
  /** Up to which number of this start the control plane has stored; 0: nothing yet. */
  acknowledgedSeq(): number;
  mark(): OutboxMark;
  reset(mark: OutboxMark): void;
}

export function createOutbox({
  db,
  effects,
  boot,
  nowMs,
  capacityRows = LIMITS.outboxRows,
}: OutboxOptions): StoredOutbox {
  const listeners = new Set<() => void>();
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM outbox');
  const insert = db.prepare('INSERT INTO outbox (boot, seq, first_seq, at_ms, sort, entry) VALUES (?, ?, ?, ?, ?, ?)');
  const first = db.prepare<[number], StoredRow>('SELECT * FROM outbox ORDER BY id LIMIT ?');
  const following = db.prepare<[string, number, number], StoredRow>(
    'SELECT * FROM outbox WHERE id > (SELECT coalesce(max(id), 0) FROM outbox WHERE boot = ? AND seq <= ?) ORDER BY id LIMIT ?',
  );
  const acknowledged = db.prepare('DELETE FROM outbox WHERE boot = ? AND seq <= ?');
  const repair = db.prepare('UPDATE outbox SET sort = ?, entry = ? WHERE id = ?');
  const lastSeq = db.prepare<[string], { seq: number | null }>('SELECT max(seq) AS seq FROM outbox WHERE boot = ?');
  let rows = count.get()?.n ?? 0;
  let seq = lastSeq.get(boot)?.seq ?? 0;
  let sentId =
    db.prepare<[number], { id: number }>('SELECT id FROM outbox ORDER BY id LIMIT 1 OFFSET ?').get(MAYBE_SENT_ROWS)
      ?.id ?? 0;
  let isNotifying = false;
  let damaged = 0;
  let failedAcknowledgements = 0;
  let acknowledgedSeq = 0;

  function append(entry: OutboxBody): void {
    const before = mark();
    try {
      transact(db, effects, 'outbox', () => {
        if (rows >= capacityRows) makeRoom();
        add(entry);
      });
    } catch (error) {
      reset(before);
      throw error;
    }
    notify();
  }

  function mark(): OutboxMark {
    return { seq, rows };
  }

  function reset(to: OutboxMark): void {
    ({ seq, rows } = to);
  }

  function add(entry: OutboxBody): void {
    seq += 1;
    rows += 1;
    insert.run(boot, seq, seq, nowMs(), sortOf(entry), JSON.stringify(entry));
  }

  function makeRoom(): void {
    const heads = db
      .prepare<[number], OutboxHead>(
        'SELECT id, boot, seq, first_seq AS firstSeq, sort FROM outbox WHERE id > ? ORDER BY id',
      )
      .all(sentId);
    const removals = planThinning(heads, Math.ceil(capacityRows * FREED_SHARE));
    for (const removal of removals) {
      if (removal.intoId !== null) mergeInto(removal.id, removal.intoId);
      db.prepare('DELETE FROM outbox WHERE id = ?').run(removal.id);
      db.prepare('UPDATE outbox SET first_seq = ? WHERE id = ?').run(removal.firstSeq, removal.heirId);
    }
    const events = removals.filter((removal) => removal.intoId === null).length;
    rows -= removals.length;
    const lost = removals.length === 0 ? dropOldestBoot() : events;
    if (lost > 0) add({ kind: 'report', body: { type: 'dropped', count: lost, what: 'event' } });
  }

  /** Only an agent that was started thousands of times without a network gets here: nothing is left to merge. */
  function dropOldestBoot(): number {
    const oldest = db.prepare<[string], { boot: string }>(
      'SELECT boot FROM outbox WHERE boot <> ? ORDER BY id LIMIT 1',
    );
    const found = oldest.get(boot);
    if (found === undefined) return 0;
    const { changes } = db.prepare('DELETE FROM outbox WHERE boot = ?').run(found.boot);
    rows -= changes;
    return changes;
  }

  function mergeInto(id: number, intoId: number): void {
    const entryOf = (row: number) =>
      readEntry(db.prepare<[number], { entry: string }>('SELECT entry FROM outbox WHERE id = ?').get(row)?.entry ?? '');
    const [earlier, later] = [entryOf(id), entryOf(intoId)];
    // What has decayed is found when it is sent.
    if (later === null) return;
    const merged = earlier === null ? later : mergeEntries(earlier, later);
    db.prepare('UPDATE outbox SET entry = ? WHERE id = ?').run(JSON.stringify(merged), intoId);
  }

  /** A row that cannot be read must not hold up the others: what is left of it is written in its place, once. */
  function readAnyway(stored: StoredRow): OutboxRow {
    const { row, isDamaged } = readRow(stored);
    if (!isDamaged) return row;
    damaged += 1;
    try {
      transact(db, effects, 'outbox', () => void repair.run(sortOf(row.entry), JSON.stringify(row.entry), stored.id));
    } catch {
      // It goes out all the same, and is found again after a restart.
    }
    return row;
  }

  /** After the transaction that appended: a listener sees what is committed only. */
  function notify(): void {
    if (isNotifying) return;
    isNotifying = true;
    queueMicrotask(() => {
      isNotifying = false;
      for (const listener of listeners) listener();
    });
  }

  return {
    append,
    peek(limit, after) {
      const found = after === undefined ? first.all(limit) : following.all(after.boot, after.seq, limit);
      sentId = Math.max(sentId, found.at(-1)?.id ?? 0);
      return found.map(readAnyway);
    },
    acknowledge(ofBoot, upTo) {
      if (ofBoot === boot) acknowledgedSeq = Math.max(acknowledgedSeq, upTo);
      try {
        const removed = transact(db, effects, 'acknowledge', () => acknowledged.run(ofBoot, upTo).changes);
        rows -= removed;
      } catch {
        // A full disk, say. The rows stay, are sent again, and are acknowledged again: the server stores a number once.
        failedAcknowledgements += 1;
      }
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    size: () => rows,
    damagedRows: () => damaged,
    failedAcknowledgements: () => failedAcknowledgements,
    acknowledgedSeq: () => acknowledgedSeq,
    mark,
    reset,
  };
}

function mergeEntries(a: OutboxBody, b: OutboxBody): OutboxBody {
  if (a.kind === 'usage' && b.kind === 'usage') return { kind: 'usage', sample: mergeSamples(a.sample, b.sample) };
  if (a.kind !== 'report' || b.kind !== 'report') return b;
  if (a.body.type === 'state' && b.body.type === 'state') return { ...b, body: mergeStates(a.body, b.body) };
  if (a.body.type === 'dropped' && b.body.type === 'dropped')
    return { ...b, body: { ...b.body, count: a.body.count + b.body.count } };
  return b;
}
