import { command, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findDevice } from './find-device.ts';
import { addresseeOf, orderDevice } from './order-device.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** Commands are for devices that listen now: nothing is kept for later. Codes: not_found, not_allowed_in_state, expired. */
export const sendCommand: UseCase<'sendCommand'> = async (context, caller, { params, body }) => {
  const asked = command.parse(body);
  const written = await transact(context, caller.tenant, async (work) => {
    const found = await findDevice(work.repositories, caller.tenant, params.device);
    if (!found.ok) return found;
    if (asked.expiresAtMs <= work.nowMs)
      return refuse('expired', 'expiresAtMs is in the past; give the command some time', { path: '/expiresAtMs' });
    const isHere = context.broker.isConnected(caller.tenant, params.device);
    const holder = isHere ? null : await work.repositories.devices.holder(caller.tenant, params.device);
    if (!isHere && (holder === null || holder === context.process))
      return refuse('not_allowed_in_state', `${params.device} is offline; send the command when it is online`);
    const addressee = await addresseeOf(work.repositories.standings, found.value.tenant, found.value.device);
    if (!addressee.ok) return addressee;
    const id = context.newId();
    await audit(work, caller, 'send_command', params.device, { id, ...asked });
    return succeed({ id, addressee: addressee.value });
  });
  if (!written.ok) return written;
  const { id, addressee } = written.value;
  await orderDevice(context, addressee, id, asked);
  return succeed({ id });
};
