import { RAW_KEPT_MS, TIERS } from '../domain/usage/tiers.ts';
import { pruneAudit } from './audit/prune-audit.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';

/** Removes what is kept no longer, in pieces, so that nobody waits long for the database. */
export async function prune(context: AppContext): Promise<number> {
  const { store, clock } = context;
  const nowMs = clock.nowMs();
  const { pruneBatch, eventsKeptMs, bootsKeptMs } = APP_LIMITS;
  let removed = await store.usage.prune(0, nowMs - RAW_KEPT_MS, pruneBatch);
  for (const { resolutionMs, keptMs } of TIERS)
    removed += await store.usage.prune(resolutionMs, nowMs - keptMs, pruneBatch);
  removed += await store.deviceEvents.prune(nowMs - eventsKeptMs, pruneBatch);
  removed += await store.received.prune(nowMs - bootsKeptMs);
  removed += await store.certificates.prune(nowMs - APP_LIMITS.expiredCertificateMs, pruneBatch);
  removed += await store.processMessages.prune(nowMs - APP_LIMITS.processMessagesKeptMs);
  removed += await store.sessions.prune(nowMs, nowMs - APP_LIMITS.sessionIdleMs);
  removed += await pruneAudit(context);
  return removed;
}
