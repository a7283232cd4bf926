import { listRolloutMembers as operation, refuse, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { memberView } from './views/rollout-view.ts';

export const listRolloutMembers: UseCase<'listRolloutMembers'> = async ({ store }, { tenant }, { params, query }) => {
  const { wave, state, cursor, limit } = operation.query.parse(query ?? {});
  const record = await store.rollouts.find(tenant, params.id);
  if (!record) return refuse('not_found', `there is no rollout ${params.id}`);
  const { items, nextCursor } = await store.rollouts.listMembers(tenant, params.id, { wave, state }, { cursor, limit });
  return succeed({ items: items.map(memberView), nextCursor });
};
