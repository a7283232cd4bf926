/** `@wherry/agent/core`: the device's lifecycle machine for whoever drives it elsewhere, such as the simulator. */
export { type Judged, judgeDesired } from './acceptance.ts';
export type { LinkFacts } from './budget/link-budget.ts';
export type { DeviceFit, VariantFacts } from './fit.ts';
export type { Effect, LedgerEffect, OutwardEffect, OutwardKind, OutwardOf } from './lifecycle/effects.ts';
export { isLedger } from './lifecycle/effects.ts';
export type { Env, Step } from './lifecycle/env.ts';
export type { EventOf, EventType, LifecycleEvent } from './lifecycle/events.ts';
export { HOLD_CODES, isHeld } from './lifecycle/hold.ts';
export { type Kept, keptDigests } from './lifecycle/kept.ts';
export {
  type BrokenRule,
  brokenAtRest,
  brokenByActivation,
  brokenByCollection,
  brokenByFetch,
  brokenByGeneration,
  brokenByMove,
  brokenBySaving,
  brokenByStart,
  type DeviceRule,
  type DeviceView,
} from './lifecycle/rules.ts';
export {
  type Candidate,
  type Confirmed,
  type Deployment,
  type DeploymentRecord,
  heldRelease,
  type ReleaseFacts,
  restore,
} from './lifecycle/state.ts';
export { isSameStatus, statusOf } from './lifecycle/status.ts';
export { step } from './lifecycle/step.ts';
export { type Plan, plan } from './plan/plan.ts';
export { UTC, type ZoneOffsets } from './window/calendar.ts';
export { type WindowState, windowAt } from './window/window.ts';
