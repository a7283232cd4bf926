/**
 * The wall clock of one call. It runs while the guest runs; a guest that waits for its next trigger, or sleeps in its `start`,
 * has given the device back, and its clock begins anew when it goes on.
 */
export class Watchdog {
  readonly #wallMs: number;
  readonly #expired: (usedMs: number) => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(wallMs: number, expired: (usedMs: number) => void) {
    this.#wallMs = wallMs;
    this.#expired = expired;
  }

  begin(): void {
    this.end();
    const beganMs = performance.now();
    this.#timer = setTimeout(() => this.#expired(performance.now() - beganMs), this.#wallMs);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
