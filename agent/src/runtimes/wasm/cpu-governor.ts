import { WASM_BOUNDS } from './bounds.ts';

/**
 * A CPU share without cgroups: while a call runs, CPU time is sampled, and a runner that is ahead of its share is stopped
 * (SIGSTOP) until the clock has caught up. A burst is free, so that short calls are never delayed.
 */
export interface GovernedProcess {
  cpuMs(): number | null;
  pause(): void;
  resume(): void;
}

export class CpuGovernor {
  readonly #process: GovernedProcess;
  readonly #share: number;
  #timer: NodeJS.Timeout | null = null;
  #creditMs: number = WASM_BOUNDS.cpuBurstMs;
  #seen = { cpuMs: 0, atMs: 0 };
  #isPaused = false;
  #pausedAtMs = 0;
  #pausedMs = 0;

  constructor(target: GovernedProcess, share: number) {
    this.#process = target;
    this.#share = share;
    this.#seen = { cpuMs: target.cpuMs() ?? 0, atMs: performance.now() };
  }

  /** How long the process was paused in all, ms. */
  get throttledMs(): number {
    return this.#pausedMs + (this.#isPaused ? performance.now() - this.#pausedAtMs : 0);
  }

  begin(): void {
    if (this.#timer !== null) return;
    this.#account();
    this.#timer = setInterval(() => this.#sample(), WASM_BOUNDS.cpuSampleMs);
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#resume();
  }

  #sample(): void {
    this.#account();
    if (this.#creditMs < 0 && !this.#isPaused) {
      this.#isPaused = true;
      this.#pausedAtMs = performance.now();
      this.#process.pause();
    } else if (this.#creditMs >= 0) this.#resume();
  }

  #account(): void {
    const cpuMs = this.#process.cpuMs() ?? this.#seen.cpuMs;
    const atMs = performance.now();
    const earned = (atMs - this.#seen.atMs) * this.#share;
    this.#creditMs = Math.min(WASM_BOUNDS.cpuBurstMs, this.#creditMs + earned - (cpuMs - this.#seen.cpuMs));
    this.#seen = { cpuMs, atMs };
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#pausedMs += performance.now() - this.#pausedAtMs;
    this.#process.resume();
  }
}
