import type { Outcome, Trigger } from '@wherry/protocol';
import type { CallOutcome, TriggerEvent } from '../runtimes/port.ts';

/** Triggers of all running apps: cron schedules, subscriptions on the device's bus, HTTP routes on the device's port. */
export interface Triggers {
  /** Routes an app's triggers to `call`, replacing what the app had before in one step. `start` triggers are the shell's. */
  bind(app: string, triggers: readonly Trigger[], call: (event: TriggerEvent) => Promise<CallOutcome>): void;
  unbind(app: string): void;
  /** The app has no instance for a moment: requests are answered 503, messages are left out, ticks wait for `bind`. */
  pause(app: string): void;
  /**
   * Publishes on the device's bus: other apps' mqtt triggers, and the local broker when one is configured. `app` is who publishes:
   * it lets the loop guard see how deep a chain of messages is. A topic below `$fleet/` goes to the control plane's broker instead.
   * Codes: invalid_topic, payload_too_large, rate_limited, unavailable.
   */
  publish(topic: string, payload: Uint8Array, app?: string): Promise<Outcome<void>>;
  /** A message of the fleet to one app; false when no trigger of it takes it. */
  deliver(app: string, path: string, payload: Uint8Array): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}
