import { succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { transact } from './transact.ts';

/** Writes desired states anew that expire soon, a batch at a time; returns how many. */
export async function renewDesired(context: AppContext): Promise<number> {
  const beforeMs = context.clock.nowMs() + APP_LIMITS.desiredRenewMs;
  const expiring = await context.store.desired.expiring(beforeMs, APP_LIMITS.dispatchBatch);
  for (const [tenant, rows] of Map.groupBy(expiring, (row) => row.tenant))
    await transact(context, tenant, async (work) => {
      for (const { device } of rows) work.stale.add(device);
      return succeed(undefined);
    });
  return expiring.length;
}
