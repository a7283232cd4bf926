import { setDeviceLabels as operation, refuse, succeed } from '@wherry/protocol';
import { changeLabels } from '../domain/devices/labels.ts';
import { audit } from './audit.ts';
import { findDevice } from './find-device.ts';
import { joinGrowing } from './rollouts/join-growing.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

export const setDeviceLabels: UseCase<'setDeviceLabels'> = async (context, caller, input) => {
  const { device } = input.params;
  const { set, remove } = operation.body.parse(input.body);
  return await transact(context, caller.tenant, async (work) => {
    const found = await findDevice(work.repositories, caller.tenant, device);
    if (!found.ok) return found;
    const labels = changeLabels(found.value.labels, set, remove);
    if (!labels.ok) return labels;
    await work.repositories.devices.setLabels(caller.tenant, device, labels.value);
    await joinGrowing(work, found.value.device);
    await audit(work, caller, 'set_device_labels', device, { set, remove });
    work.changes.push({ type: 'device', device: found.value.device });
    const after = { ...found.value, labels: labels.value };
    const [view] = await deviceViews(work.repositories, caller.tenant, [after]);
    return view ? succeed(view) : refuse('internal', `no view of device ${device}`);
  });
};
