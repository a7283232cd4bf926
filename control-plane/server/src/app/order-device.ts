import {
  type BootId,
  type Command,
  type DeviceId,
  type Outcome,
  refuse,
  type SignedCommand,
  succeed,
  type TenantId,
} from '@wherry/protocol';
import type { DeviceStandingRepository } from '../storage/port/device-standings.ts';
import type { AppContext } from './context.ts';

/** Whom a command goes to: one start of the agent, which alone will take it. */
export interface Addressee {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly boot: BootId;
}

/** Code: not_allowed_in_state, as long as the device has not said which start of it speaks. */
export async function addresseeOf(
  standings: DeviceStandingRepository,
  tenant: TenantId,
  device: DeviceId,
): Promise<Outcome<Addressee>> {
  const boot = (await standings.findMany(tenant, [device])).get(device)?.boot ?? null;
  if (boot === null)
    return refuse('not_allowed_in_state', `${device} is only just arriving; send the command again in a moment`);
  return succeed({ tenant, device, boot: boot as BootId });
}

/** Signed by the director, so that the broker can carry commands and make up none. Nothing is kept for later. */
export async function orderDevice(
  { director, broker }: Pick<AppContext, 'director' | 'broker'>,
  { tenant, device, boot }: Addressee,
  id: string,
  command: Command,
): Promise<void> {
  const sig = await director.vouch('command', { tenant, device }, { id, boot, command });
  const message: SignedCommand = { boot, command, sig };
  await broker.publish({ tenant, device, channel: 'command', id }, Buffer.from(JSON.stringify(message)));
}
