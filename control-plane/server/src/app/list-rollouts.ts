import { listRollouts as operation, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { rolloutView } from './views/rollout-view.ts';

export const listRollouts: UseCase<'listRollouts'> = async ({ store }, { tenant }, input) => {
  const { app, state, cursor, limit } = operation.query.parse(input.query ?? {});
  const { items, nextCursor } = await store.rollouts.list(tenant, { app, state }, { cursor, limit });
  return succeed({ items: items.map(rolloutView), nextCursor });
};
