import type { AppContext } from './context.ts';
import { isSecret } from './secrets.ts';

const NO_HASH = '0'.repeat(64);

/** True when the device exists, was not removed or set aside, and this is its secret. */
export async function authenticateDevice(
  context: AppContext,
  tenant: string,
  device: string,
  secret: string,
): Promise<boolean> {
  const record = await context.store.devices.find(tenant, device);
  const standing = (await context.store.standings.findMany(tenant, [device])).get(device);
  // Compared also when there is no such device, so that the time of a refusal does not tell which names exist.
  return isSecret(secret, record?.secretHash ?? NO_HASH) && record !== null && !standing?.quarantinedAtMs;
}
