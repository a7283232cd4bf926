import type { LogBatch, LogLine } from '@wherry/protocol';

/** What the log view holds: the newest lines up to a bound, each with a number that stays its own. */
export const LOG_LINES_KEPT = 500;

export type LogEntry =
  | { readonly kind: 'line'; readonly id: number; readonly line: LogLine }
  | { readonly kind: 'gap'; readonly id: number; readonly skipped: number };

export interface LogView {
  readonly entries: readonly LogEntry[];
  readonly nextId: number;
}

export const EMPTY_LOG: LogView = { entries: [], nextId: 1 };

export function addBatch(view: LogView, batch: LogBatch, keep: number = LOG_LINES_KEPT): LogView {
  let nextId = view.nextId;
  const added: LogEntry[] = batch.skipped ? [{ kind: 'gap', id: nextId++, skipped: batch.skipped }] : [];
  for (const line of batch.lines) added.push({ kind: 'line', id: nextId++, line });
  return { entries: [...view.entries, ...added].slice(-keep), nextId };
}
