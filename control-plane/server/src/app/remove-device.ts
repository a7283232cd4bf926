import { succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findDevice } from './find-device.ts';
import { cutOff } from './identity/cut-off.ts';
import { endIdentity } from './identity/end-identity.ts';
import { leaveRollouts } from './rollouts/leave-rollouts.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** The row stays, so that the name is not used again; the secret, what was desired and what was measured go. */
export const removeDevice: UseCase<'removeDevice'> = async (context, caller, { params }) => {
  const { tenant } = caller;
  const removed = await transact(context, tenant, async (work) => {
    const found = await findDevice(work.repositories, tenant, params.device);
    if (!found.ok) return found;
    const { device } = found.value;
    await leaveRollouts(work, [device], 'the device was removed');
    await endIdentity(work, device);
    await work.repositories.devices.remove(tenant, device, work.nowMs);
    await work.repositories.desired.removeDevice(tenant, device);
    await work.repositories.workloads.removeDevice(tenant, device);
    await work.repositories.usage.removeDevice(tenant, device);
    await audit(work, caller, 'remove_device', device);
    work.changes.push({ type: 'device', device });
    return succeed(undefined);
  });
  if (removed.ok) await cutOff(context, [{ tenant, device: params.device }]);
  return removed;
};
