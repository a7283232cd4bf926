import { succeed } from '@wherry/protocol';
import { findDevice } from './find-device.ts';
import type { UseCase } from './use-cases.ts';

/** Also of a device that was removed: what it could read is to be given new values. */
export const listDeviceSecrets: UseCase<'listDeviceSecrets'> = async ({ store }, { tenant }, { params }) => {
  const held = await store.secrets.ofDevices(tenant, [params.device]);
  if (held.length === 0) {
    const found = await findDevice(store, tenant, params.device);
    if (!found.ok) return found;
  }
  const newest = new Map((await store.secrets.list(tenant)).map((one) => [`${one.app}/${one.name}`, one.version]));
  return succeed({
    items: held.map(({ app, name, version, atMs }) => ({
      ...{ app, name, version, atMs },
      newestVersion: newest.get(`${app}/${name}`) ?? version,
    })),
  });
};
