import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const resumeRollout: UseCase<'resumeRollout'> = (context, caller, { params }) =>
  actOnRollout(context, caller, params.id, 'resume', { type: 'resume' });
