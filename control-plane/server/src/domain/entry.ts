/** The rollout machine, for programs that run it on a clock and a network of their own: the simulator. */
export { nextGeneration } from './devices/generation.ts';
export { emptyCounts, FAILURE_STATES, FINAL_MEMBER_STATES, freeSlots, recount, sum } from './rollouts/counts.ts';
export { sumsOf, type WaveSums } from './rollouts/gates.ts';
export type {
  DeploymentReport,
  Member,
  Picked,
  RolloutEffect,
  RolloutEnv,
  RolloutEvent,
  RolloutHeader,
  RolloutStep,
  WaveHeader,
} from './rollouts/model.ts';
export { newMember, type PlannedDevice, planRollout, type RolloutPlan } from './rollouts/plan.ts';
export { step } from './rollouts/step.ts';
export { judgeSilence } from './rollouts/watch.ts';
