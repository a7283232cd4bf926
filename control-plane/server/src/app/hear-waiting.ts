import { type RolloutId, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { RolloutRun } from './rollouts/rollout-run.ts';
import { transact } from './transact.ts';

/** Finds members that wait aside although their device is online: an event that was missed costs time only. Returns how many. */
export async function hearWaiting(context: AppContext): Promise<number> {
  const found = await context.store.rollouts.waitingOnline(APP_LIMITS.hearBatch);
  for (const [tenant, ofTenant] of Map.groupBy(found, (row) => row.tenant))
    for (const [rollout, rows] of Map.groupBy(ofTenant, (row) => row.rollout))
      await hear(
        context,
        tenant,
        rollout,
        rows.map(({ device }) => device),
      );
  return found.length;
}

async function hear(
  context: AppContext,
  tenant: string,
  rollout: RolloutId,
  devices: readonly string[],
): Promise<void> {
  await transact(context, tenant, async (work) => {
    const run = await RolloutRun.open(work, rollout);
    if (!run) return succeed(undefined);
    const online = await work.repositories.devices.states(tenant, devices);
    await run.load(devices);
    await run.feedTogether(async () => {
      for (const device of devices) {
        const member = run.member(device);
        if (member?.state === 'waiting' && online.get(device)?.isOnline) await run.feed({ type: 'heard', member });
      }
    });
    await run.save();
    return succeed(undefined);
  });
}
