import { concurrencyOf, LIMITS, type Release, type Variant, whyNotConcurrent } from '@wherry/protocol';

/**
 * Which waiting request runs next, and in which lane. A lane is an instance that runs one request at a time. First come, first served,
 * except that a request whose path has all that it may have at once is passed by those behind it.
 */
export interface LaneFacts {
  readonly phase: 'awake' | 'asleep' | 'ending';
  /** The path of the request that it works at, or null. */
  readonly path: string | null;
}

export interface LaneChoice {
  /** Index of the waiting request, and of the lane. */
  readonly waiting: number;
  readonly lane: number;
}

/** How many requests to each path run at once; empty for a release whose calls all are one at a time. */
export function laneWidths(release: Pick<Release, 'triggers' | 'capabilities'>, variant: Variant): Map<string, number> {
  const widths = new Map<string, number>();
  const { triggers, capabilities } = release;
  if (variant.kind !== 'wasm' || whyNotConcurrent({ variants: [variant], triggers, capabilities }) !== null)
    return widths;
  for (const trigger of triggers)
    if (trigger.on === 'http' && concurrencyOf(trigger) > 1)
      widths.set(trigger.path, Math.max(concurrencyOf(trigger), widths.get(trigger.path) ?? 0));
  return widths;
}

/** Lanes of a program, over all its paths. */
export function laneCount(widths: ReadonlyMap<string, number>): number {
  return Math.min(
    LIMITS.httpConcurrencyMax,
    widths.values().reduce((sum, width) => sum + width, 0),
  );
}

/** `waiting`: paths, in the order in which the requests came. `hasRoom`: one more runner can be woken without waiting for others. */
export function chooseLane(
  waiting: readonly string[],
  lanes: readonly LaneFacts[],
  widths: ReadonlyMap<string, number>,
  hasRoom: boolean,
): LaneChoice | null {
  const next = waiting.findIndex((path) => lanes.filter((lane) => lane.path === path).length < (widths.get(path) ?? 1));
  if (next < 0) return null;
  const isFree = (phase: LaneFacts['phase']) => lanes.findIndex((lane) => lane.path === null && lane.phase === phase);
  const awake = isFree('awake');
  if (awake >= 0) return { waiting: next, lane: awake };
  // Where there is no room, requests wait for the lanes that work; only the first of all waits for room.
  const canWake = hasRoom || lanes.every(({ path }) => path === null);
  const asleep = canWake ? isFree('asleep') : -1;
  return asleep < 0 ? null : { waiting: next, lane: asleep };
}
