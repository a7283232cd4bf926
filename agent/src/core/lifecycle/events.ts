import type { DesiredWorkload, ErrorCode, LimitHit } from '@wherry/protocol';
import type { ReleaseFacts } from './state.ts';

/** What happens to a deployment. Answers carry the ticket of the effect that they answer. */
export type LifecycleEvent =
  /**
   * `failedAttempt`: the highest attempt of this release that failed on this device. Null workload: the app is to go. `choosesAgain`:
   * what this device can run has changed (core/plan/choice.ts), and the variant is chosen anew although nothing else is new.
   */
  | {
      readonly type: 'desired';
      readonly workload: DesiredWorkload | null;
      readonly failedAttempt: number | null;
      readonly choosesAgain?: true;
    }
  | { readonly type: 'release_fetched'; readonly ticket: number; readonly facts: ReleaseFacts }
  | Failure<'release_failed'>
  /** The first bytes have come, from wherever. */
  | { readonly type: 'blob_begun'; readonly ticket: number }
  | { readonly type: 'blob_fetched'; readonly ticket: number }
  | Failure<'blob_failed'>
  | { readonly type: 'prepared'; readonly ticket: number; readonly runtime: string }
  | Trouble<'refused'>
  | { readonly type: 'started'; readonly ticket: number }
  | Trouble<'start_failed'>
  | { readonly type: 'probe_passed'; readonly ticket: number }
  | Trouble<'probe_failed'>
  | Trouble<'crashed'>
  | { readonly type: 'moved'; readonly ticket: number }
  /** The last good release's instance has its triggers, and its state, as before. */
  | Failure<'move_failed'>
  | { readonly type: 'ended'; readonly ticket: number; readonly exitCode: number }
  | { readonly type: 'timer'; readonly lane: 'change' | 'run'; readonly ticket: number }
  /** The owner's keys do not name this release any more. */
  | {
      readonly type: 'revoked';
      readonly release: string;
      readonly stops: boolean;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** An operator asks for a fresh instance. */
  | { readonly type: 'restart' }
  /** The agent has started; nothing runs, and the answer to whatever was under way is lost. */
  | { readonly type: 'boot' };

interface Trouble<T extends string> {
  readonly type: T;
  readonly ticket: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** The limit that the program hit, where one did it. */
  readonly limit?: LimitHit | undefined;
}

interface Failure<T extends string> extends Trouble<T> {
  /** Trying again would end the same way. */
  readonly isFinal: boolean;
}

export type EventType = LifecycleEvent['type'];
export type EventOf<T extends EventType> = Extract<LifecycleEvent, { readonly type: T }>;
