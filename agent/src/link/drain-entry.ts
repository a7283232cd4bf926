/** `@wherry/agent/drain`: the outbox drain for whoever drives it elsewhere, such as the simulator. */
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
