import { Gathering } from './gathering.ts';

/**
 * Tells the application in groups, and for each device in order, whether its session lives. While a group is being told the next
 * one gathers, so that a fleet that comes back costs few commits. Only the newest news of a device waits: a device that flaps
 * faster than they are told costs one entry.
 */
export type SessionNews = 'connected' | 'disconnected';

export interface SessionChange {
  readonly tenant: string;
  readonly device: string;
  readonly news: SessionNews;
}

export interface SessionLogOptions {
  readonly maxChanges: number;
  /** How long a group gathers: storing is quick and never yields to a socket, so without this each group would be of one. */
  readonly waitMs: number;
  readonly maxWaitMs: number;
  /** Handles its own errors; is given one change for a device. */
  readonly tell: (changes: readonly SessionChange[]) => Promise<void>;
}

export class SessionLog {
  readonly #options: SessionLogOptions;
  readonly #gathering: Gathering;
  #waiting = new Map<string, SessionChange>();
  #beingTold: ReadonlyMap<string, SessionChange> = new Map();
  #running: Promise<void> | null = null;

  constructor(options: SessionLogOptions) {
    this.#options = options;
    this.#gathering = new Gathering(options.waitMs, options.maxWaitMs);
  }

  note(tenant: string, device: string, news: SessionNews): void {
    const name = `${tenant}/${device}`;
    // The newest goes to the end of the queue with its news.
    this.#waiting.delete(name);
    this.#waiting.set(name, { tenant, device, news });
    this.#running ??= this.#run();
  }

  /** What was noted last of a device and is not told yet. */
  newest(tenant: string, device: string): SessionNews | null {
    const name = `${tenant}/${device}`;
    return (this.#waiting.get(name) ?? this.#beingTold.get(name))?.news ?? null;
  }

  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#gathering.ms));
      const group = new Map([...this.#waiting].slice(0, this.#options.maxChanges));
      for (const name of group.keys()) this.#waiting.delete(name);
      this.#beingTold = group;
      await this.#gathering.measure(() => this.#options.tell([...group.values()]));
    }
    this.#beingTold = new Map();
    this.#running = null;
  }
}
