import { type DeviceId, type MemberState, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { dispatchSoon } from './dispatch-soon.ts';
import { RolloutRun } from './rollouts/rollout-run.ts';
import { transact, type Work } from './transact.ts';

/** A session of the device began: it is online, hears its desired state, and joins rollouts that waited for it. */
export async function deviceConnected(context: AppContext, tenant: string, device: string): Promise<void> {
  await transact(context, tenant, async (work) => {
    await work.repositories.devices.setOnline(tenant, device, true, work.nowMs);
    await work.repositories.desired.hasten(tenant, device, work.nowMs);
    await joinRollouts(work, device);
    work.changes.push({ type: 'device', device: device as DeviceId });
    return succeed(undefined);
  });
  dispatchSoon(context);
}

export async function deviceDisconnected(context: AppContext, tenant: string, device: string): Promise<void> {
  await context.store.devices.setOnline(tenant, device, false, context.clock.nowMs());
  context.changes.emit(tenant, { type: 'device', device: device as DeviceId });
}

/** Pending ones too: a rollout of which nobody could be reached may go on with this device. */
const WAITING: readonly MemberState[] = ['pending', 'waiting'];

async function joinRollouts(work: Work, device: string): Promise<void> {
  for (const { rollout } of await work.repositories.rollouts.having(work.tenant, [device], WAITING)) {
    const run = await RolloutRun.open(work, rollout);
    if (!run) continue;
    await run.load([device]);
    const member = run.member(device);
    if (member) await run.feed({ type: 'heard', member });
    await run.save();
  }
}
