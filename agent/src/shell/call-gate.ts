import { refuse } from '@wherry/protocol';
import type { CallOutcome, Instance, TriggerEvent } from '../runtimes/port.ts';

/**
 * Where the triggers of an app lead to: its present instance. While state is handed over from one instance to the next, calls wait
 * here, in order and bounded in number; how long each may wait is its trigger's. None is lost or made twice: a call goes to one
 * instance, when it leaves the gate.
 */
export const WAITING_CALLS_MAX = 64;

export class CallGate {
  #instance: Instance | null = null;
  #waiting: (() => void)[] | null = null;

  async call(event: TriggerEvent): Promise<CallOutcome> {
    if (this.#waiting !== null) {
      if (this.#waiting.length >= WAITING_CALLS_MAX)
        return refuse('rate_limited', `${WAITING_CALLS_MAX} calls wait for the update already: try again later`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    return this.#instance?.call(event) ?? refuse('unavailable', 'it is being started: try again in a second');
  }

  /** From now on calls wait. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** From now on calls, those that waited first, go to this instance. */
  lead(instance: Instance): void {
    this.#instance = instance;
    this.#release();
  }

  close(): void {
    this.#instance = null;
    this.#release();
  }

  #release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const go of waiting) go();
  }
}
