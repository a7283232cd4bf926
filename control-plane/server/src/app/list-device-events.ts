import { pageQuery, succeed } from '@wherry/protocol';
import { findDevice } from './find-device.ts';
import type { UseCase } from './use-cases.ts';

export const listDeviceEvents: UseCase<'listDeviceEvents'> = async ({ store }, { tenant }, { params, query }) => {
  const found = await findDevice(store, tenant, params.device);
  if (!found.ok) return found;
  return succeed(await store.deviceEvents.list(tenant, params.device, pageQuery.parse(query ?? {})));
};
