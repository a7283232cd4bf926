import type { Random } from '../sim/random.ts';

/**
 * The named steps of what a device does: names of effects, as often as one clean life of each kind took them. Those of
 * an update of the agent itself are listed, because a clean life of one takes long.
 */
export type WishKind = 'install' | 'update' | 'rollback' | 'self-update' | 'self-return';

/** Another version of the agent itself: one that is sound, and one that never checks in and is put back. */
export function isOfAgent(kind: WishKind): boolean {
  return kind === 'self-update' || kind === 'self-return';
}

export interface Step {
  readonly kind: WishKind;
  readonly name: string;
  /** Which of the effects of this name in a life, from 1. */
  readonly nth: number;
}

/** What an agent does for itself beyond what it does for programs; the rest is covered with those. */
const AGENT_STEPS = {
  'self-update': [
    'update.unpack',
    'update.selfTest',
    'update.keep',
    'db.snapshot',
    'update.arm',
    'update.link',
    'update.confirm',
  ],
  'self-return': ['update.arm', 'update.putBack'],
} as const;

/** The kinds whose steps are measured in a clean life of each. */
export const MEASURED_KINDS = ['install', 'update', 'rollback'] as const;

/** Beyond these a name repeats itself: timers, samples, acknowledgements. */
const NTH_MAX = 3;
/** A step that a life did not come to, such as a range of a download that never broke, is tried so often. */
const TRIES = 2;

export class StepPlan {
  readonly #random: Random;
  readonly #tries = new Map<string, number>();
  #left: Step[] = [];
  #known = 0;
  #killedAt = 0;

  constructor(random: Random) {
    this.#random = random;
    for (const [kind, names] of Object.entries(AGENT_STEPS))
      for (const name of names) this.#left.push({ kind: kind as WishKind, name, nth: 1 });
  }

  learn(kind: WishKind, counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts))
      for (let nth = 1; nth <= Math.min(count, NTH_MAX); nth += 1) this.#left.push({ kind, name, nth });
    this.#known = this.#left.length;
  }

  /** A step of this kind at which nothing was killed yet. */
  next(kind: WishKind): Step | null {
    const own = this.#left.filter((step) => step.kind === kind);
    const chosen = own[this.#random.int(own.length)] ?? null;
    this.#left = this.#left.filter((step) => step !== chosen);
    return chosen;
  }

  hasLeft(kind: WishKind): boolean {
    return this.#left.some((step) => step.kind === kind);
  }

  ended(step: Step, wasHit: boolean): void {
    const key = `${step.kind} ${step.name} ${step.nth}`;
    const tries = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, tries);
    if (wasHit) this.#killedAt += 1;
    else if (tries < TRIES) this.#left.push(step);
  }

  summary(): { readonly known: number; readonly killedAt: number } {
    return { known: this.#known, killedAt: this.#killedAt };
  }
}
