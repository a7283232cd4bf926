import type { DeltaKnowledge, LinkFacts } from '../budget/link-budget.ts';
import type { DeviceFit } from '../fit.ts';
import type { ZoneOffsets } from '../window/calendar.ts';
import type { Effect } from './effects.ts';
import type { Deployment } from './state.ts';

/** What a step may know of the world. */
export interface Env {
  /** Wall clock: for what is told to people. */
  readonly nowMs: number;
  /** Never jumps: for what is measured, such as soaking. */
  readonly uptimeMs: number;
  /** In [0, 1). */
  readonly random: number;
  readonly device: DeviceFit;
  /** Highest ticket so far: answers to a removed deployment must not pass for answers to the one that follows it. */
  readonly lastTicket: number;
  /** Of the time zone in which the app's activation window is meant: UTC without, null where this device does not know it. */
  readonly zone?: ZoneOffsets | null;
  /**
   * What downloads may use now, how much of the blobs is there already, with what deltas they could be made, and whether a neighbour
   * may have them, by digest; without it any link, without limit.
   */
  readonly link?: LinkFacts & {
    readonly presentBytes: Readonly<Record<string, number>>;
    readonly deltas?: Readonly<Record<string, DeltaKnowledge>>;
    /** True where asking the neighbours is due: they are reached without the link, so nothing of it is used up by that. */
    readonly near?: Readonly<Record<string, boolean>>;
  };
}

/** What follows from an event. A null state: the app is gone. */
export interface Step {
  readonly state: Deployment | null;
  readonly effects: readonly Effect[];
}

/** A step that keeps its app. */
export interface LiveStep extends Step {
  readonly state: Deployment;
}

export function unchanged(state: Deployment): LiveStep {
  return { state, effects: [] };
}

/** Does `next` after `first`, effects in that order. */
export function after(first: LiveStep, next: (state: Deployment) => LiveStep): LiveStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

export function also(step: LiveStep, ...effects: readonly Effect[]): LiveStep {
  return { state: step.state, effects: [...step.effects, ...effects] };
}
