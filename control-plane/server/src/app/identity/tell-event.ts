import type { DeviceEvent, DeviceId } from '@wherry/protocol';
import type { Work } from '../transact.ts';

/** Something about a device that the control plane itself saw: among the events of the device, and to those who watch. */
export async function tellEvent(
  work: Work,
  device: string,
  event: Pick<DeviceEvent, 'severity' | 'name' | 'message'>,
): Promise<void> {
  const row = { device: device as DeviceId, atMs: work.nowMs, app: null, ...event };
  for (const stored of await work.repositories.deviceEvents.append(work.tenant, [row]))
    work.changes.push({ type: 'event', device: stored.device, event: stored });
}
