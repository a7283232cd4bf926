import type { Trigger } from '@wherry/protocol';
import type { CallOutcome, TriggerEvent } from '../runtimes/port.ts';

/** Triggers of all running apps: cron schedules, subscriptions on the device's bus, HTTP routes on the device's port. */
export interface Triggers {
  /** Routes an app's triggers to `call`, replacing what the app had before in one step. `start` triggers are the shell's. */
  bind(app: string, triggers: readonly Trigger[], call: (event: TriggerEvent) => Promise<CallOutcome>): void;
  unbind(app: string): void;
  /** Publishes on the device's bus: other apps' mqtt triggers, and the local broker when one is configured. */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}
