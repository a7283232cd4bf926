import { type Device, refuse, succeed } from '@wherry/protocol';
import { findDevice } from './find-device.ts';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

export const getDevice: UseCase<'getDevice'> = async ({ store }, { tenant }, { params }) => {
  const found = await findDevice(store, tenant, params.device);
  if (!found.ok) return found;
  const [view]: Device[] = await deviceViews(store, tenant, [found.value]);
  return view ? succeed(view) : refuse('internal', `no view of device ${params.device}`);
};
