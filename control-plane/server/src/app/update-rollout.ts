import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

/** A cap that is raised gives out the new slots at once; one that is lowered takes none back. */
export const updateRollout: UseCase<'updateRollout'> = (context, caller, { params, body }) =>
  actOnRollout(context, caller, params.id, 'update', { type: 'update', limits: body });
