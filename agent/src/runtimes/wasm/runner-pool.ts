import { WASM_BOUNDS } from './bounds.ts';
import type { RunnerProcess } from './runner-process.ts';

/**
 * Runners that have started and warmed up, and wait for a module: taking one spares a guest the start of a process. A runner
 * serves one workload and is never returned. What is taken is replaced in the background, one at a time.
 */
export class RunnerPool {
  readonly #size: number;
  readonly #make: () => RunnerProcess;
  readonly #ready: RunnerProcess[] = [];
  #isFilling = false;

  constructor(size: number, make: () => RunnerProcess) {
    this.#size = size;
    this.#make = make;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  /** A runner that is ready now, or null: the caller then starts one of its own, which is no slower than waiting. */
  take(): RunnerProcess | null {
    const runner = this.#ready.shift() ?? null;
    runner?.keepAlive(true);
    this.fill(WASM_BOUNDS.poolRefillMs);
    return runner;
  }

  /** Starts what is missing, after a while. */
  fill(afterMs = 0): void {
    if (this.#isFilling || this.#ready.length >= this.#size) return;
    this.#isFilling = true;
    setTimeout(() => this.#startOne(), afterMs).unref();
  }

  #startOne(): void {
    const runner = this.#make();
    let isReady = false;
    runner.handOver(() => {
      isReady = true;
      this.#isFilling = false;
      this.#ready.push(runner);
      this.fill();
    });
    void runner.exited.then(() => {
      const at = this.#ready.indexOf(runner);
      if (at >= 0) this.#ready.splice(at, 1);
      // One that died before it was ready would die again: the next taker gets none, and has the pool tried anew.
      if (!isReady) this.#isFilling = false;
    });
    runner.send({ type: 'hello' });
    runner.keepAlive(false);
  }
}
