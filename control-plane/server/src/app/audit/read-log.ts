import { type AuditEntry, type AuditPoint, canonicalJson, type Envelope } from '@wherry/protocol';
import type { AppContext } from '../context.ts';
import { openHead } from './append-audit.ts';

/** A page of a log with its signed beginning and end, all of one moment. */
export interface LogPage {
  readonly items: AuditEntry[];
  readonly hasMore: boolean;
  readonly checkpoint: Envelope | null;
  readonly head: Envelope | null;
  /** What the signed head says; null when its signature does not hold. */
  readonly end: AuditPoint | null;
}

export async function readLog(context: AppContext, tenant: string, after: number, limit: number): Promise<LogPage> {
  return await context.store.transaction(async ({ audit }) => {
    const head = await audit.head(tenant);
    const found = await audit.after(tenant, after, limit + 1);
    return {
      items: found.slice(0, limit),
      hasMore: found.length > limit,
      checkpoint: head?.checkpoint ?? null,
      head: head?.sealed ?? null,
      end: openHead({ context }, tenant, head),
    };
  });
}

/** Whether both pages are of the log as it was: its beginning has not been given up in between. */
export function isSameBeginning(a: LogPage, b: LogPage): boolean {
  return canonicalJson(a.checkpoint) === canonicalJson(b.checkpoint);
}
