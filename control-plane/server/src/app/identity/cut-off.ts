import type { DeviceOfTenant } from '../../storage/port/device-standings.ts';
import type { AppContext } from '../context.ts';

export type Devices = readonly DeviceOfTenant[];

/** Ends sessions whose right to be there has ended, wherever they are held; a broker that cannot ask is told first whom to keep out. */
export async function cutOff({ broker }: Pick<AppContext, 'broker'>, devices: Devices): Promise<void> {
  if (devices.length === 0) return;
  await broker.refresh?.();
  for (const { tenant, device } of devices) await broker.kick(tenant, device);
}
