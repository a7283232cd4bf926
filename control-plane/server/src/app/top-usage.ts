import { topUsage as operation, succeed } from '@wherry/protocol';
import { selectDevices } from './select-devices.ts';
import type { UseCase } from './use-cases.ts';

export const topUsage: UseCase<'topUsage'> = async ({ store }, { tenant }, input) => {
  const { by, selector, limit } = operation.query.parse(input.query ?? {});
  if (!selector) return succeed({ items: await store.usage.top(tenant, by, null, limit) });
  const matching = await selectDevices(store, tenant, selector);
  if (!matching.ok) return matching;
  const devices = new Set<string>(matching.value.map(({ device }) => device));
  return succeed({ items: await store.usage.top(tenant, by, devices, limit) });
};
