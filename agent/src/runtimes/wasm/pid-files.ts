import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStartTicks } from './process-usage.ts';

/**
 * Which runners this agent has started, on disk, so that the next agent can end what a killed one left. A pid alone may belong to
 * somebody else by then; with its start time, and the boot it was counted in, it names one process.
 */
export class PidFiles {
  readonly #folder: string;
  readonly #boot: string;
  /** Those of this agent: they are in use. */
  readonly #own = new Set<number>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  add(pid: number): void {
    this.#own.add(pid);
    const ticks = processStartTicks(pid);
    if (ticks !== null) writeFileSync(join(this.#folder, `${pid}`), `${this.#boot} ${ticks}`, { mode: 0o600 });
  }

  remove(pid: number): void {
    this.#own.delete(pid);
    rmSync(join(this.#folder, `${pid}`), { force: true });
  }

  /** Ends every process of an earlier agent that is still the one recorded; returns their pids. */
  endAll(): number[] {
    const ended: number[] = [];
    for (const name of readdirSync(this.#folder).filter((entry) => /^[1-9]\d{0,9}$/.test(entry))) {
      const pid = Number(name);
      if (this.#own.has(pid)) continue;
      const [boot, ticks] = readFileSync(join(this.#folder, name), 'utf8').split(' ');
      if (boot === this.#boot && processStartTicks(pid) === ticks && tryKill(pid)) ended.push(pid);
      this.remove(pid);
    }
    return ended;
  }
}

function tryKill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
