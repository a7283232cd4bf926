import type { GuestLimits, LimitHit } from '@wherry/protocol';
import { CpuClock } from './cpu-clock.ts';
import { CpuGovernor } from './cpu-governor.ts';
import type { RunnerGauge } from './runner-handle.ts';
import { Watchdog } from './watchdog.ts';

/** Everything that is timed while a call runs: its wall time, its CPU time, and the program's share of the CPU. */
export interface GuardedRunner {
  pacing(): RunnerGauge['pacing'];
  /** CPU time of the program over all its runners, ms. */
  cpuMs(): number;
  /** How long the kernel has paused it, over all its runners, ms. */
  throttledMs(): number;
  pause(): void;
  resume(): void;
}

export class CallGuard {
  readonly #runner: GuardedRunner;
  readonly #share: number;
  readonly #wall: Watchdog;
  readonly #cpu: CpuClock;
  readonly #governor: CpuGovernor;
  #throttledMs = 0;
  #isPauseTaken = false;

  /** `exceeded`: the call must be ended. */
  constructor(limits: GuestLimits, runner: GuardedRunner, exceeded: (hit: LimitHit) => void) {
    const { wallMs, cpuTimeMs, cpuShare } = limits;
    this.#runner = runner;
    this.#share = cpuShare;
    this.#wall = new Watchdog(wallMs, (usedMs) => exceeded({ limit: 'wall', limitMs: wallMs, usedMs }));
    this.#cpu = new CpuClock(
      cpuTimeMs,
      () => runner.cpuMs(),
      (usedMs) => exceeded({ limit: 'cpu_time', limitMs: cpuTimeMs as number, usedMs }),
    );
    this.#governor = new CpuGovernor(runner, cpuShare);
  }

  begin(): void {
    this.#throttledMs = this.throttledMs();
    this.#isPauseTaken = false;
    this.#wall.begin();
    this.#cpu.begin();
    if (this.#runner.pacing() === 'signals') this.#governor.begin();
  }

  end(): void {
    this.#wall.end();
    this.#cpu.end();
    this.#governor.end();
  }

  /** The hit, once a call, when the program has been paused in it. */
  takePause(): LimitHit | null {
    const throttledMs = this.throttledMs();
    if (this.#isPauseTaken || throttledMs <= this.#throttledMs) return null;
    this.#isPauseTaken = true;
    return { limit: 'cpu_share', limitShare: this.#share, throttledMs };
  }

  /** The guest waits, or goes on: waiting is no time of its call. */
  idle(isIdle: boolean): void {
    if (isIdle) this.#wall.end();
    else this.#wall.begin();
  }

  /** A trigger that the guest pulled is a call of its own. */
  beginPulled(): void {
    this.#cpu.begin();
  }

  /** How long the program has been paused in all, ms. */
  throttledMs(): number {
    return this.#governor.throttledMs + this.#runner.throttledMs();
  }
}
