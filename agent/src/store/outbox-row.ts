import type { OutboxSort } from '../core/outbox/thin.ts';
import type { OutboxBody, OutboxRow } from '../link/port.ts';

/** A row of the outbox as it lies in the database. Disk is an edge: its content may have decayed. */
export interface StoredRow {
  readonly id: number;
  readonly boot: string;
  readonly seq: number;
  readonly first_seq: number;
  readonly at_ms: number;
  readonly sort: OutboxSort;
  readonly entry: string;
}

/** `isDamaged`: the content could not be read. The row keeps its numbers and tells of the loss, so that those behind it still go out. */
export function readRow(row: StoredRow): { readonly row: OutboxRow; readonly isDamaged: boolean } {
  const found = readEntry(row.entry);
  const entry = found ?? lossOf(row);
  return {
    row: { boot: row.boot, seq: row.seq, firstSeq: row.first_seq, atMs: row.at_ms, entry },
    isDamaged: found === null,
  };
}

function lossOf(row: StoredRow): OutboxBody {
  const count = Math.max(1, row.seq - row.first_seq + 1);
  return { kind: 'report', body: { type: 'dropped', count, what: row.sort === 'usage' ? 'usage' : 'event' } };
}

/** Null for what is not an entry. Its parts are checked before they travel (link/checked-row.ts). */
export function readEntry(text: string): OutboxBody | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    if (value.kind === 'usage' && isObject(value.sample)) return value as unknown as OutboxBody;
    const isReport = value.kind === 'report' && isObject(value.body) && typeof value.body.type === 'string';
    return isReport ? (value as unknown as OutboxBody) : null;
  } catch {
    return null;
  }
}

export function sortOf(entry: OutboxBody): OutboxSort {
  return entry.kind === 'usage' ? 'usage' : entry.body.type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
