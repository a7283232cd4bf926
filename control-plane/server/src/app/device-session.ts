import { type DeviceId, type MemberState, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { dispatchSoon } from './dispatch-soon.ts';
import { RolloutRun } from './rollouts/rollout-run.ts';
import { transact, type Work } from './transact.ts';

/** Sessions of the devices began: they are online, hear their desired states, and join rollouts that waited for them. */
export async function devicesConnected(context: AppContext, tenant: string, devices: readonly string[]): Promise<void> {
  await transact(context, tenant, async (work) => {
    await work.repositories.devices.setOnline(tenant, devices, true, work.nowMs, context.process);
    await work.repositories.desired.hasten(tenant, devices, work.nowMs);
    await joinRollouts(work, devices);
    for (const device of devices) work.changes.push({ type: 'device', device: device as DeviceId });
    return succeed(undefined);
  });
  dispatchSoon(context);
}

export async function devicesDisconnected(
  context: AppContext,
  tenant: string,
  devices: readonly string[],
): Promise<void> {
  await context.store.transaction((repositories) =>
    repositories.devices.setOnline(tenant, devices, false, context.clock.nowMs(), context.process),
  );
  for (const device of devices) context.changes.emit(tenant, { type: 'device', device: device as DeviceId });
}

export function deviceConnected(context: AppContext, tenant: string, device: string): Promise<void> {
  return devicesConnected(context, tenant, [device]);
}

export function deviceDisconnected(context: AppContext, tenant: string, device: string): Promise<void> {
  return devicesDisconnected(context, tenant, [device]);
}

/** Pending ones too: a rollout of which nobody could be reached may go on with these devices. */
const WAITING: readonly MemberState[] = ['pending', 'waiting'];

/** A rollout is read and saved once, however many of its devices came. */
async function joinRollouts(work: Work, devices: readonly string[]): Promise<void> {
  const having = await work.repositories.rollouts.having(work.tenant, devices, WAITING);
  for (const [rollout, members] of Map.groupBy(having, (one) => one.rollout)) {
    const run = await RolloutRun.open(work, rollout);
    if (!run) continue;
    const names = members.map(({ device }) => device);
    await run.load(names);
    await run.feedTogether(async () => {
      for (const name of names) {
        const member = run.member(name);
        if (member) await run.feed({ type: 'heard', member });
      }
    });
    await run.save();
  }
}
