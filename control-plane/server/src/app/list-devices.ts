import { listDevices as operation, succeed } from '@wherry/protocol';
import { decodeCursor, encodeCursor } from '../storage/port/cursor.ts';
import { selectDevices } from './select-devices.ts';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

/** By name; the cursor is the last name of the page before. */
export const listDevices: UseCase<'listDevices'> = async ({ store }, { tenant }, input) => {
  const { selector, cursor, limit } = operation.query.parse(input.query ?? {});
  const matching = await selectDevices(store, tenant, selector);
  if (!matching.ok) return matching;
  const after = decodeCursor(cursor);
  const rest = after === undefined ? matching.value : matching.value.filter(({ device }) => device > after);
  const names = rest.slice(0, limit).map(({ device }) => device);
  const records = await store.devices.findMany(tenant, names);
  records.sort((a, b) => (a.device < b.device ? -1 : 1));
  const last = rest.length > limit ? names[names.length - 1] : undefined;
  const nextCursor = last === undefined ? null : encodeCursor(last);
  return succeed({ items: await deviceViews(store, tenant, records), nextCursor, total: matching.value.length });
};
