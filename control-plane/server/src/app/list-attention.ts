import { LIMITS, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

/** By name, as many as one page holds: whoever decides about these sees the next ones. */
export const listAttention: UseCase<'listAttention'> = async ({ store }, { tenant }) => {
  const names = await store.standings.undecided(tenant, LIMITS.pageSizeMax);
  const records = await store.devices.findMany(tenant, names);
  records.sort((a, b) => (a.device < b.device ? -1 : 1));
  return succeed({ items: await deviceViews(store, tenant, records) });
};
