import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const abortRollout: UseCase<'abortRollout'> = (context, caller, { params, body }) =>
  actOnRollout(context, caller, params.id, 'abort', { type: 'abort', reached: body.reached });
