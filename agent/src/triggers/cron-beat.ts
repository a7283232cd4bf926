/**
 * What a look at the clock means for one schedule. Ticks that passed while the machine slept, or that a jump of the clock
 * swallowed, are counted and not replayed. A small step back does not run a tick twice; a large one starts anew.
 */
export interface CronState {
  /** The tick that is waited for, ms since epoch. */
  readonly nextMs: number;
  /** The last tick that ran. */
  readonly lastMs: number | null;
}

export interface CronPolicy {
  readonly toleranceMs: number;
  /** A step back by more than this is a new time, not a correction. */
  readonly stepBackMs: number;
}

export interface Beat {
  readonly state: CronState;
  /** The tick to run now. */
  readonly run: number | null;
  readonly hasMissed: boolean;
}

/** `nextAfter` gives the first tick after an instant: called once, however far the clock went. */
export function beat(
  state: CronState,
  nowMs: number,
  nextAfter: (afterMs: number) => number,
  policy: CronPolicy,
): Beat {
  const isDue = nowMs >= state.nextMs;
  const isInTime = isDue && nowMs - state.nextMs <= policy.toleranceMs;
  const lastMs = isInTime ? state.nextMs : state.lastMs;
  const isNewTime = lastMs !== null && lastMs - nowMs > policy.stepBackMs;
  const afterMs = lastMs === null || isNewTime ? nowMs : Math.max(nowMs, lastMs);
  return {
    state: { nextMs: nextAfter(afterMs), lastMs: isNewTime ? null : lastMs },
    run: isInTime ? state.nextMs : null,
    hasMissed: isDue && !isInTime,
  };
}
