import { succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { RolloutRun } from './rollouts/rollout-run.ts';
import { transact } from './transact.ts';

/** Tells rollouts whose members' time has come; returns how many members that were. */
export async function expireDeadlines(context: AppContext): Promise<number> {
  let expired = 0;
  for (;;) {
    const overdue = await context.store.rollouts.overdue(context.clock.nowMs(), APP_LIMITS.deadlineBatch);
    for (const [tenant, rows] of Map.groupBy(overdue, (row) => row.tenant))
      for (const [rollout, members] of Map.groupBy(rows, (row) => row.rollout)) {
        const devices = members.map(({ device }) => device);
        await expireMembers(context, tenant, rollout, devices);
        expired += devices.length;
      }
    if (overdue.length < APP_LIMITS.deadlineBatch) return expired;
  }
}

async function expireMembers(
  context: AppContext,
  tenant: string,
  rollout: string,
  devices: readonly string[],
): Promise<void> {
  await transact(context, tenant, async (work) => {
    const run = await RolloutRun.open(work, rollout);
    if (!run) return succeed(undefined);
    await run.load(devices);
    for (const device of devices) {
      const member = run.member(device);
      if (member) await run.feed({ type: 'deadline', member });
    }
    await run.save();
    return succeed(undefined);
  });
}
