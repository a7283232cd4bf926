import { succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { openToBegin } from './rollouts/begin-rollout.ts';
import { transact } from './transact.ts';

/** Tells rollouts that their time has come: a start that was scheduled, a pace that allows the next device. Returns how many. */
export async function wakeRollouts(context: AppContext): Promise<number> {
  const due = await context.store.rollouts.toWake(context.clock.nowMs(), APP_LIMITS.wakeBatch);
  for (const { tenant, rollout } of due)
    await transact(context, tenant, async (work) => {
      const run = await openToBegin(work, rollout);
      await run?.feed({ type: 'tick' });
      await run?.save();
      return succeed(undefined);
    });
  return due.length;
}
