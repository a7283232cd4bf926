import { RAW_KEPT_MS, TIERS } from '../domain/usage/tiers.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';

/** Removes what is kept no longer, in pieces, so that nobody waits long for the database. */
export async function prune({ store, clock }: AppContext): Promise<number> {
  const nowMs = clock.nowMs();
  const { pruneBatch, eventsKeptMs, bootsKeptMs } = APP_LIMITS;
  let removed = await store.usage.prune(0, nowMs - RAW_KEPT_MS, pruneBatch);
  for (const { resolutionMs, keptMs } of TIERS)
    removed += await store.usage.prune(resolutionMs, nowMs - keptMs, pruneBatch);
  removed += await store.deviceEvents.prune(nowMs - eventsKeptMs, pruneBatch);
  removed += await store.received.prune(nowMs - bootsKeptMs);
  removed += await store.processMessages.prune(nowMs - APP_LIMITS.processMessagesKeptMs);
  return removed;
}
