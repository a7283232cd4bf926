import { type ReportItem, reportItem, type Sample, sample } from '@wherry/protocol';
import type { OutboxRow } from './port.ts';

/**
 * The last look before a row travels: what the contract does not allow would be refused by the server and hold up all rows behind it.
 * Such a row keeps its number and loses its content. `onInvalid` gets what was wrong.
 */
export type OnInvalid = (row: OutboxRow, problem: string) => void;

export function checkedItem(row: OutboxRow, item: unknown, onInvalid: OnInvalid): ReportItem {
  const checked = reportItem.safeParse(item);
  if (checked.success) return checked.data;
  onInvalid(row, problemOf(checked.error));
  const count = row.seq - row.firstSeq + 1;
  return {
    ...numbersOf(row),
    atMs: Math.max(0, Math.trunc(row.atMs)),
    body: { type: 'dropped', count, what: 'event' },
  };
}

export function checkedSample(row: OutboxRow, candidate: unknown, onInvalid: OnInvalid): Sample {
  const checked = sample.safeParse(candidate);
  if (checked.success) return checked.data;
  onInvalid(row, problemOf(checked.error));
  const atMs = Math.max(0, Math.trunc(row.atMs));
  return { ...numbersOf(row), fromMs: atMs, toMs: atMs, workloads: [] };
}

export function numbersOf(row: OutboxRow): { seq: number; firstSeq?: number } {
  return row.firstSeq === row.seq ? { seq: row.seq } : { seq: row.seq, firstSeq: row.firstSeq };
}

function problemOf(error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const [issue] = error.issues;
  return `${issue?.path.map(String).join('.')}: ${issue?.message}`;
}
