import { refuse } from '@wherry/protocol';
import type { CallEvent } from '../../runner/messages.ts';
import type { CallOutcome } from '../port.ts';
import { WASM_BOUNDS } from './bounds.ts';

/** A trigger on its way through an instance. */
export interface Job {
  readonly event: CallEvent;
  readonly payload: Uint8Array;
  readonly settle: (outcome: CallOutcome) => void;
}

/** Triggers that wait for their turn: first come, first served; bounded in number and in waiting time. */
export class CallQueue {
  readonly #most: number;
  readonly #jobs: Job[] = [];

  constructor(most: number = WASM_BOUNDS.queuedCalls) {
    this.#most = most;
  }

  /** Resolves when the call ended, or was refused. Codes of its own: rate_limited, unavailable. */
  add(event: CallEvent, payload: Uint8Array, added: () => void): Promise<CallOutcome> {
    if (this.#jobs.length >= this.#most)
      return Promise.resolve(refuse('rate_limited', `${this.#most} calls wait already: try again later`));
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    const job: Job = { event, payload, settle: resolve };
    const timer = setTimeout(() => {
      const at = this.#jobs.indexOf(job);
      if (at < 0) return;
      this.#jobs.splice(at, 1);
      resolve(refuse('unavailable', `the program took no call for ${WASM_BOUNDS.queueWaitMs} ms`));
    }, WASM_BOUNDS.queueWaitMs);
    this.#jobs.push(job);
    added();
    return promise.finally(() => clearTimeout(timer));
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  /** First come first. */
  get waiting(): readonly Job[] {
    return this.#jobs;
  }

  takeAt(index: number): Job | undefined {
    return this.#jobs.splice(index, 1)[0];
  }

  take(): Job | undefined {
    return this.#jobs.shift();
  }

  drain(outcome: CallOutcome): void {
    for (const job of this.#jobs.splice(0)) job.settle(outcome);
  }
}

/** Calls that the agent makes for itself are no triggers, and count as none. */
export function isOwn({ event }: Job): boolean {
  return event.on === 'health' || event.on === 'save' || event.on === 'load';
}
