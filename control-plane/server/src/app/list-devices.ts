import { listDevices as operation, succeed } from '@wherry/protocol';
import { selectDevices } from './select-devices.ts';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

/** By name; the cursor is the last name of the page before. */
export const listDevices: UseCase<'listDevices'> = async ({ store }, { tenant }, input) => {
  const { selector, cursor, limit } = operation.query.parse(input.query ?? {});
  const matching = await selectDevices(store, tenant, selector);
  if (!matching.ok) return matching;
  const rest = cursor === undefined ? matching.value : matching.value.filter(({ device }) => device > cursor);
  const names = rest.slice(0, limit).map(({ device }) => device);
  const records = await store.devices.findMany(tenant, names);
  records.sort((a, b) => (a.device < b.device ? -1 : 1));
  const nextCursor = rest.length > limit ? (names[names.length - 1] ?? null) : null;
  return succeed({ items: await deviceViews(store, tenant, records), nextCursor, total: matching.value.length });
};
