import { WASM_BOUNDS } from '../bounds.ts';
import type { PidFiles } from '../pid-files.ts';
import { SharedProcess, type SharedProcessOptions } from './shared-process.ts';
import type { Slot } from './slot.ts';

/** The shared processes of an agent, usually one. A program that may have brought one down shares none again. */
export class SharedRunners {
  readonly #options: Omit<SharedProcessOptions, 'suspected'>;
  readonly #pids: PidFiles;
  readonly #apart = new Set<string>();
  readonly #processes = new Set<SharedProcess>();

  constructor(options: Omit<SharedProcessOptions, 'suspected'>, pids: PidFiles) {
    this.#options = options;
    this.#pids = pids;
  }

  /** Null for a program that is kept apart, or too large to share. */
  take(app: string, memoryBytes: number): Slot | null {
    if (this.#apart.has(app) || memoryBytes > WASM_BOUNDS.sharedMemoryBytes) return null;
    for (const running of this.#processes) {
      const slot = running.take(app, memoryBytes);
      if (slot !== null) return slot;
    }
    return this.#start().take(app, memoryBytes);
  }

  #start(): SharedProcess {
    const suspected = (apps: readonly string[]) => {
      for (const app of apps) this.#apart.add(app);
    };
    const started = new SharedProcess({ ...this.#options, suspected });
    this.#processes.add(started);
    const { pid } = started;
    if (pid !== undefined) this.#pids.add(pid);
    void started.exited.then(() => {
      this.#processes.delete(started);
      if (pid !== undefined) this.#pids.remove(pid);
    });
    return started;
  }
}
