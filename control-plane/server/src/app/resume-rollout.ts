import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const resumeRollout: UseCase<'resumeRollout'> = (context, caller, { params }) => {
  const { operator, principal } = caller;
  return actOnRollout(context, caller, params.id, 'resume', { type: 'resume', by: { operator, principal } });
};
