import type { CallOutcome, HttpAnswer } from '../port.ts';
import type { CallQueue, Job } from './call-queue.ts';

/**
 * Triggers that a guest takes by itself from inside its `start` call. It has one at a time; that one has succeeded when the guest
 * asks for the next, or answers it.
 */
export class PulledTriggers {
  readonly #queue: CallQueue;
  readonly #settled: (job: Job, outcome: CallOutcome, durationMs: number) => void;
  #pulled: { job: Job; atMs: number } | null = null;
  #waiting: ((job: Job | null) => void) | null = null;

  constructor(queue: CallQueue, settled: (job: Job, outcome: CallOutcome, durationMs: number) => void) {
    this.#queue = queue;
    this.#settled = settled;
  }

  /** The guest has one that it has not finished. */
  get isBusy(): boolean {
    return this.#pulled !== null;
  }

  /** The next trigger, or null after the timeout. */
  async next(timeoutMs: number): Promise<Job | null> {
    const job = this.#queue.take() ?? (await this.#wait(timeoutMs));
    if (job !== null) this.#pulled = { job, atMs: performance.now() };
    return job;
  }

  /** Gives a waiting guest what is queued. False when none waits. */
  offer(): boolean {
    if (this.#waiting === null) return false;
    const job = this.#queue.take();
    if (job !== undefined) this.#waiting(job);
    return true;
  }

  /** Answers the http trigger that was pulled last; false when there is none. */
  answer(answer: HttpAnswer): boolean {
    if (this.#pulled?.job.event.on !== 'http') return false;
    this.settle({ ok: true, value: { answer } });
    return true;
  }

  settle(outcome: CallOutcome): void {
    if (this.#pulled === null) return;
    const { job, atMs } = this.#pulled;
    this.#pulled = null;
    this.#settled(job, outcome, performance.now() - atMs);
  }

  /** The guest is gone, or will be: it waits for nothing more. What it had not finished is returned. */
  abandon(): Job | null {
    this.#waiting?.(null);
    const job = this.#pulled?.job ?? null;
    this.#pulled = null;
    return job;
  }

  /** As `abandon`, but the guest may still finish what it has. */
  stopWaiting(): void {
    this.#waiting?.(null);
  }

  #wait(timeoutMs: number): Promise<Job | null> {
    const { promise, resolve } = Promise.withResolvers<Job | null>();
    // A timer of Node holds 31 bits; a guest that waits "for ever" is woken after 24 days and asks again.
    const timer = setTimeout(() => resolve(null), Math.min(timeoutMs, 2 ** 31 - 1));
    this.#waiting = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting = null;
    });
  }
}
