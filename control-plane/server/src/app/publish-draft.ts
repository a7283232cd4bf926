import { actOnRollout } from './act-on-rollout.ts';
import type { UseCase } from './use-cases.ts';

export const publishDraft: UseCase<'publishDraft'> = (context, caller, { params }) =>
  actOnRollout(context, caller, params.id, 'publish', { type: 'start' });
