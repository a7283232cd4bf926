import { setTimeout as pause } from 'node:timers/promises';

/**
 * A version has checked in when the control plane has acknowledged a report that this very start wrote: the network, the session, the
 * signature and the store on the other side all worked with it.
 */
export interface CheckIn {
  /** Since when, on the clock that never jumps; null when not by `deadlineMs`, or when nobody waits any more. */
  sinceMs(deadlineMs: number, signal: AbortSignal): Promise<number | null>;
}

const LOOK_EVERY_MS = 200;

export function createCheckIn(isAcknowledged: () => boolean, uptimeMs: () => number): CheckIn {
  let since: number | null = null;
  return {
    async sinceMs(deadlineMs, signal) {
      while (since === null && !signal.aborted) {
        if (isAcknowledged()) since = uptimeMs();
        else if (uptimeMs() >= deadlineMs) return null;
        else await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      }
      return since;
    },
  };
}
