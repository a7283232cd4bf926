import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import type { Work } from '../transact.ts';
import { cutOff, type Devices } from './cut-off.ts';

/** What a device had opens nothing any more. The session that lives on it is ended by `endSessions`, after the commit. */
export async function endIdentity(work: Work, device: string): Promise<void> {
  await work.repositories.certificates.revokeAll(work.tenant, device, work.nowMs);
  await work.repositories.standings.endSessions([{ tenant: work.tenant, device }], work.nowMs);
}

/** The same for every device that has a certificate, of every tenant; answers which these were. */
export async function endEveryIdentity({ repositories, nowMs }: Work): Promise<Devices> {
  const struck = await repositories.certificates.revokeEvery(nowMs);
  await repositories.standings.endSessions(struck, nowMs);
  return struck;
}

/** Setting: when the last look began that got to its end, at whichever process. */
const LOOKED_AT = 'sessions-looked-at-ms';

/**
 * Ends sessions whose right to be there has ended a short while ago, wherever they are held; returns how many. Whoever
 * takes the right away ends the session too: this is for the process that ended in between. While no process looks, or the broker cannot
 * be reached, nothing is missed: the next look goes back to the last one.
 */
export async function endSessions(context: AppContext): Promise<number> {
  const { broker, store, clock } = context;
  await broker.refresh?.();
  if (broker.isListening?.() === false) return 0;
  const nowMs = clock.nowMs();
  const lookedAtMs = Number((await store.settings.get(LOOKED_AT)) ?? 0);
  const sinceMs = Math.min(nowMs, lookedAtMs) - APP_LIMITS.endedSessionsMs;
  let [count, last]: [number, Devices[number] | undefined] = [0, undefined];
  do {
    const page = await store.standings.ended(sinceMs, APP_LIMITS.endedSessionsBatch, last);
    // Each process looks for its own.
    const here = page.filter(({ tenant, device }) => broker.hasUnheardSessions || broker.isConnected(tenant, device));
    await cutOff(context, here);
    count += here.length;
    last = page[APP_LIMITS.endedSessionsBatch - 1];
  } while (last !== undefined);
  await store.settings.put(LOOKED_AT, String(nowMs));
  return count;
}
