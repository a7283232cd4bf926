import type { AppContext } from '../context.ts';

/** Ends sessions whose right to be there has ended, wherever they are held; a broker that cannot ask is told first whom to keep out. */
export async function cutOff(
  { broker }: Pick<AppContext, 'broker'>,
  devices: readonly { readonly tenant: string; readonly device: string }[],
): Promise<void> {
  if (devices.length === 0) return;
  await broker.refresh?.();
  for (const { tenant, device } of devices) await broker.kick(tenant, device);
}
