import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const approveRollout: UseCase<'approveRollout'> = (context, caller, { params, body }) => {
  const { operator, principal } = caller;
  const by = { operator, principal };
  return actOnRollout(context, caller, params.id, 'approve', { type: 'approve', wave: body.wave, by });
};
