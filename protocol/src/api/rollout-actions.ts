import type { RolloutState } from './rollouts.ts';

/**
 * Which action an operator may take on a rollout in which state: the one table that the server refuses by
 * (`not_allowed_in_state`) and that pages enable their buttons by.
 */
export const ROLLOUT_ACTION_NAMES = ['publish', 'approve', 'pause', 'resume', 'update', 'abort'] as const;
export type RolloutAction = (typeof ROLLOUT_ACTION_NAMES)[number];

export const ROLLOUT_ACTIONS: Readonly<Record<RolloutState, readonly RolloutAction[]>> = {
  preparing: ['update', 'abort'],
  draft: ['publish', 'update', 'abort'],
  scheduled: ['pause', 'update', 'abort'],
  running: ['pause', 'update', 'abort'],
  paused: ['resume', 'update', 'abort'],
  halted: ['resume', 'update', 'abort'],
  awaiting_approval: ['approve', 'resume', 'pause', 'update', 'abort'],
  completed: [],
  aborted: [],
};

export function canRollout(state: RolloutState, action: RolloutAction): boolean {
  return ROLLOUT_ACTIONS[state].includes(action);
}
