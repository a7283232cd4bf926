import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';

/** Says that this process lives, and ends the sessions of those that do not. Returns how many devices that took offline. */
export async function keepProcess(context: AppContext): Promise<number> {
  if (context.process === undefined) return 0;
  const nowMs = context.clock.nowMs();
  const id = context.process;
  return await context.store.transaction(async ({ processes }) => {
    await processes.beat(id, nowMs);
    return await processes.end(nowMs - APP_LIMITS.processSilentMs, [], nowMs);
  });
}

/** The end of this process: its devices are offline until they connect to another one. */
export async function leaveProcess(context: AppContext): Promise<void> {
  if (context.process === undefined) return;
  const ids = [context.process];
  const nowMs = context.clock.nowMs();
  await context.store.transaction(({ processes }) => processes.end(nowMs - APP_LIMITS.processSilentMs, ids, nowMs));
}
