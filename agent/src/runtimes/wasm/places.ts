/**
 * How many programs that may be parked are awake at once. Who wants to wake takes a place; when none is free, the one that has
 * been idle longest is parked for it, and when none is idle, it waits until one is.
 */
export interface Sleeper {
  /** Ends the program's process; its place is given back when the process is gone. */
  park(): void;
}

export class Places {
  readonly #most: number;
  #taken = 0;
  /** Awake, with nothing to do; longest first. */
  readonly #idle = new Set<Sleeper>();
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Would `take` be served without waiting for somebody's work to end? */
  get hasRoom(): boolean {
    return this.#taken < this.#most || this.#idle.size > 0;
  }

  async take(): Promise<void> {
    if (this.#taken < this.#most) {
      this.#taken += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#parkOne();
    return promise;
  }

  /** The sleeper works, or is gone. */
  busy(sleeper: Sleeper): void {
    this.#idle.delete(sleeper);
  }

  idle(sleeper: Sleeper): void {
    this.#idle.add(sleeper);
    if (this.#waiting.length > 0) this.#parkOne();
  }

  /** A place becomes free; the first who waits has it. */
  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  }

  #parkOne(): void {
    const [longest] = this.#idle;
    if (longest === undefined) return;
    this.#idle.delete(longest);
    longest.park();
  }
}
