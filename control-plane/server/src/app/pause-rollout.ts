import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const pauseRollout: UseCase<'pauseRollout'> = (context, caller, { params }) =>
  actOnRollout(context, caller, params.id, 'pause', { type: 'pause' });
