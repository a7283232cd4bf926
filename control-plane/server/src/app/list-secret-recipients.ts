import { listSecretRecipients as operation, succeed } from '@wherry/protocol';
import { decodeCursor, encodeCursor } from '../storage/port/cursor.ts';
import { sealingKeyId, sealingKeyOf } from './sealing/sealing-keys.ts';
import { selectDevices } from './select-devices.ts';
import type { UseCase } from './use-cases.ts';

/** By name; the cursor is the last name of the page before. */
export const listSecretRecipients: UseCase<'listSecretRecipients'> = async ({ store }, { tenant }, input) => {
  const { selector, cursor, limit } = operation.query.parse(input.query ?? {});
  const { app, name } = input.params;
  const matching = await selectDevices(store, tenant, selector);
  if (!matching.ok) return matching;
  const after = decodeCursor(cursor);
  const rest = after === undefined ? matching.value : matching.value.filter(({ device }) => device > after);
  const names = rest.slice(0, limit).map(({ device }) => device);
  const held = Map.groupBy(
    (await store.secrets.ofDevices(tenant, names)).filter((one) => one.app === app && one.name === name),
    ({ device }) => device,
  );
  const records = await store.devices.findMany(tenant, names);
  records.sort((a, b) => (a.device < b.device ? -1 : 1));
  const items = records.map((record) => {
    const key = sealingKeyOf(record);
    const has = held.get(record.device)?.[0];
    // What is sealed to a key that the device no longer has does not reach it.
    const version = has !== undefined && key !== null && has.key === sealingKeyId(key) ? has.version : null;
    return { device: record.device, key, version };
  });
  const last = rest.length > limit ? names[names.length - 1] : undefined;
  const newestVersion = (await store.secrets.find(tenant, app, name))?.version ?? 0;
  return succeed({ items, newestVersion, nextCursor: last === undefined ? null : encodeCursor(last) });
};
