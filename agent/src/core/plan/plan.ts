import type { DesiredWorkload } from '@wherry/protocol';

/**
 * Desired × known → which workloads to hand to their lifecycle. A lifecycle decides what a change means; the plan only says whose
 * desired workload is other than the one it already works on, and which apps are to go.
 */
export interface Plan {
  /** New apps, and known ones whose desired workload differs in anything. */
  readonly change: readonly DesiredWorkload[];
  readonly remove: readonly string[];
}

export function plan(desired: readonly DesiredWorkload[], known: ReadonlyMap<string, DesiredWorkload>): Plan {
  const wanted = new Set<string>(desired.map((workload) => workload.app));
  return {
    change: desired.filter((workload) => {
      const current = known.get(workload.app);
      return current === undefined || !isSameTry(workload, current) || hasOtherTerms(workload, current);
    }),
    remove: [...known.keys()].filter((app) => !wanted.has(app)),
  };
}

/** Same bytes, same settings, same attempt: nothing on the device would be different after deploying it. */
export function isSameTry(a: DesiredWorkload, b: DesiredWorkload): boolean {
  return a.release === b.release && a.attempt === b.attempt && isSameConfig(a.config, b.config);
}

/** What is told to the control plane, or allows a lower counter, but changes nothing that runs. */
export function hasOtherTerms(a: DesiredWorkload, b: DesiredWorkload): boolean {
  return (
    a.rollout !== b.rollout ||
    a.rollback !== b.rollback ||
    a.version !== b.version ||
    hasOtherWindow(a.window, b.window) ||
    a.download?.metered !== b.download?.metered ||
    a.download?.outsideWindow !== b.download?.outsideWindow
  );
}

function hasOtherWindow(a: DesiredWorkload['window'], b: DesiredWorkload['window']): boolean {
  return a?.cron !== b?.cron || a?.durationMs !== b?.durationMs || a?.timeZone !== b?.timeZone;
}

function isSameConfig(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
