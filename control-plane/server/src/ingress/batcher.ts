import { WherryError } from '@wherry/protocol';
import { Gathering } from './gathering.ts';

/**
 * Group commit: items that arrive within a few ms are handed over together, one group at a time, and each waits for its own answer.
 * While a group is being written the next one gathers, so the groups grow with the load by themselves.
 */
export interface BatcherOptions<T, R> {
  readonly maxItems: number;
  readonly waitMs: number;
  /** Gathers no longer than this, however slow writing is; `waitMs` when absent. */
  readonly maxWaitMs?: number;
  /** Items that wait or are being written; one more is refused with `unavailable`. */
  readonly maxWaiting: number;
  /** Answers for the items, in order. When it throws, each item is tried alone: one that cannot be written takes no other with it. */
  readonly write: (items: readonly T[]) => Promise<readonly R[]>;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher<T, R> {
  readonly #options: BatcherOptions<T, R>;
  readonly #gathering: Gathering;
  #waiting: Waiting<T, R>[] = [];
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | null = null;

  constructor(options: BatcherOptions<T, R>) {
    this.#options = options;
    this.#gathering = new Gathering(options.waitMs, options.maxWaitMs ?? options.waitMs);
  }

  add(item: T): Promise<R> {
    if (this.#waiting.length + this.#underWay >= this.#options.maxWaiting)
      return Promise.reject(new WherryError('unavailable', `${this.#options.maxWaiting} messages wait to be stored`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) this.#startSoon();
    });
  }

  /** Resolves when everything that was added has its answer. */
  async drain(): Promise<void> {
    while (this.#writing || this.#waiting.length > 0) {
      if (!this.#writing) this.#start();
      await this.#writing;
    }
  }

  /** A synchronous store never yields to a socket while it writes, so each group gathers for a while before it starts. */
  #startSoon(): void {
    if (this.#waiting.length >= this.#options.maxItems) this.#start();
    else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#start(), this.#gathering.ms);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing || this.#waiting.length === 0) return;
    const group = this.#waiting.splice(0, this.#options.maxItems);
    this.#underWay = group.length;
    this.#writing = this.#gathering
      .measure(() => this.#write(group))
      .finally(() => {
        this.#writing = null;
        this.#underWay = 0;
        this.#startSoon();
      });
  }

  async #write(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const answers = await this.#options.write(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as R);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.#write([one]);
    }
  }
}
