import type { Release } from '@wherry/protocol';
import type { Instance } from '../runtimes/port.ts';
import { CallGate } from './call-gate.ts';

/** An instance that runs, and what it runs. */
export interface HeldInstance {
  readonly app: string;
  readonly ticket: number;
  readonly release: Release;
  readonly releaseDigest: string;
  readonly instance: Instance;
}

/**
 * The instances of each app: the one that has, or will have, the triggers; during a swap another that proves itself beside it; and
 * those that only finish their last calls.
 */
export class Instances {
  readonly #serving = new Map<string, HeldInstance>();
  readonly #beside = new Map<string, HeldInstance>();
  readonly #retiring = new Set<HeldInstance>();
  readonly #gates = new Map<string, CallGate>();

  get(app: string): HeldInstance | undefined {
    return this.#serving.get(app);
  }

  values(): Iterable<HeldInstance> {
    return this.#serving.values();
  }

  /** Those that are not, or not any more, what the app is. */
  others(app?: string): readonly HeldInstance[] {
    return [...this.#beside.values(), ...this.#retiring].filter((held) => app === undefined || held.app === app);
  }

  find(app: string, ticket: number): HeldInstance | undefined {
    return [this.#serving.get(app), this.#beside.get(app)].find((held) => held?.ticket === ticket);
  }

  isBeside(held: HeldInstance): boolean {
    return this.#beside.get(held.app) === held;
  }

  add(held: HeldInstance, isBeside: boolean): void {
    (isBeside ? this.#beside : this.#serving).set(held.app, held);
  }

  /** Makes it the one that has the triggers, and gives back the one that had them. */
  promote(held: HeldInstance): HeldInstance | undefined {
    const before = this.#serving.get(held.app);
    this.#serving.set(held.app, held);
    if (this.isBeside(held)) this.#beside.delete(held.app);
    return before === held ? undefined : before;
  }

  retire(held: HeldInstance): void {
    this.#retiring.add(held);
    void held.instance.exited.then(() => this.#retiring.delete(held));
  }

  remove(held: HeldInstance): void {
    for (const place of [this.#serving, this.#beside]) if (place.get(held.app) === held) place.delete(held.app);
  }

  /** Where the triggers of an app lead to: kept over instances. */
  gate(app: string): CallGate {
    const gate = this.#gates.get(app) ?? new CallGate();
    this.#gates.set(app, gate);
    return gate;
  }

  closeGate(app: string): void {
    this.#gates.get(app)?.close();
    this.#gates.delete(app);
  }
}
