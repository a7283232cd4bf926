import { refuse, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { rolloutView } from './views/rollout-view.ts';

export const getRollout: UseCase<'getRollout'> = async ({ store }, { tenant }, { params }) => {
  const record = await store.rollouts.find(tenant, params.id);
  return record ? succeed(rolloutView(record)) : refuse('not_found', `there is no rollout ${params.id}`);
};
