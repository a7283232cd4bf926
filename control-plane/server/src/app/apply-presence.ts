import type { Presence } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { deviceConnected, deviceDisconnected } from './device-session.ts';

/**
 * Birth or last will; advisory. A last will that arrives after its device is back says nothing about the new session, so the
 * broker's own knowledge wins.
 */
export async function applyPresence(
  context: AppContext,
  tenant: string,
  device: string,
  presence: Presence,
): Promise<void> {
  const isOnline = presence.status === 'online' || context.broker.isConnected(tenant, device);
  const known = (await context.store.devices.states(tenant, [device])).get(device);
  if (!known || known.isOnline === isOnline) return;
  await (isOnline ? deviceConnected : deviceDisconnected)(context, tenant, device);
}
