import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { DeviceRecord } from '../storage/port/devices.ts';
import type { Repositories } from '../storage/port.ts';

/** Code: not_found, also for a device of another tenant (C2). */
export async function findDevice(
  repositories: Repositories,
  tenant: string,
  device: string,
): Promise<Outcome<DeviceRecord>> {
  const record = await repositories.devices.find(tenant, device);
  return record ? succeed(record) : refuse('not_found', `there is no device ${device}; list devices to see the names`);
}
