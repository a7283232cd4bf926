/**
 * The CPU time of one call. The clock is looked at no earlier than the limit could have been reached with every thread of a runner at
 * work, and then again, so that a call costs few looks and is ended within some tens of milliseconds. Sleeping gives nothing back.
 */
const THREADS_AT_WORK = 2;
const LOOK_MS_MIN = 10;

export class CpuClock {
  readonly #limitMs: number | undefined;
  readonly #cpuMs: () => number;
  readonly #expired: (usedMs: number) => void;
  #beganAtMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(limitMs: number | undefined, cpuMs: () => number, expired: (usedMs: number) => void) {
    this.#limitMs = limitMs;
    this.#cpuMs = cpuMs;
    this.#expired = expired;
  }

  /** A call begins: what was used before does not count. */
  begin(): void {
    if (this.#limitMs === undefined) return;
    this.#beganAtMs = this.#cpuMs();
    this.#look();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    this.end();
    const limitMs = this.#limitMs as number;
    const usedMs = this.#cpuMs() - this.#beganAtMs;
    const afterMs = Math.max(LOOK_MS_MIN, (limitMs - usedMs) / THREADS_AT_WORK);
    if (usedMs >= limitMs) this.#expired(usedMs);
    else this.#timer = setTimeout(() => this.#look(), afterMs);
  }
}
