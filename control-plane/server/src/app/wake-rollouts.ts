import { succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { openToBegin, takeOverAhead } from './rollouts/begin-rollout.ts';
import { takeInMissed } from './rollouts/join-growing.ts';
import { transact } from './transact.ts';

/** Tells rollouts that their time has come: a start that was scheduled, a pace that allows the next device. Returns how many. */
export async function wakeRollouts(context: AppContext): Promise<number> {
  const due = await context.store.rollouts.toWake(context.clock.nowMs(), APP_LIMITS.wakeBatch);
  for (const { tenant, rollout } of due) {
    const before = await context.store.rollouts.find(tenant, rollout);
    if (before?.header.state === 'scheduled') await takeOverAhead(context, tenant, rollout);
    await transact(context, tenant, async (work) => {
      const run = await openToBegin(work, rollout);
      await run?.feed({ type: 'tick' });
      if (run && before?.header.state === 'scheduled') await takeInMissed(work, run);
      await run?.save();
      return succeed(undefined);
    });
  }
  return due.length;
}
