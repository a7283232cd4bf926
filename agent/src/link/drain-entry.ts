/** `@wherry/agent/drain`: the outbox drain, and when to connect again, for whoever drives them elsewhere, such as the simulator. */
export { type Backoff, cameUp, NO_ATTEMPTS, wentDown } from './backoff.ts';
export { step as drainStep } from './drain.ts';
export {
  type DrainEffect,
  type DrainEvent,
  type DrainPolicy,
  type DrainState,
  IDLE_DRAIN,
} from './drain-state.ts';
export { cutIntoBatches } from './messages.ts';
export type { OutboxBody, OutboxRow } from './port.ts';
export { LINK_TUNING } from './tuning.ts';
