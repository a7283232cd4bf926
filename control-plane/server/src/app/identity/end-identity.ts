import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import type { Work } from '../transact.ts';
import { cutOff } from './cut-off.ts';

/** What a device had opens nothing any more. The session that lives on it is ended by `endSessions`, after the commit. */
export async function endIdentity(work: Work, device: string): Promise<void> {
  await work.repositories.certificates.revokeAll(work.tenant, device, work.nowMs);
  await work.repositories.standings.endSessions(work.tenant, device, work.nowMs);
}

/**
 * Ends sessions whose right to be there has ended a short while ago, wherever they are held; returns how many were looked at. Whoever
 * takes the right away ends the session too: this is for the process that ended in between.
 */
export async function endSessions(context: AppContext): Promise<number> {
  await context.broker.refresh?.();
  const since = context.clock.nowMs() - APP_LIMITS.endedSessionsMs;
  const ended = await context.store.standings.ended(since, APP_LIMITS.endedSessionsBatch);
  await cutOff(context, ended);
  return ended.length;
}
