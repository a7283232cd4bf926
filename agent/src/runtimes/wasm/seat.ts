import { type Outcome, succeed } from '@wherry/protocol';
import { WASM_BOUNDS } from './bounds.ts';
import type { GuardedRunner } from './call-guard.ts';
import type { SessionHooks } from './open-session.ts';
import type { Parking } from './parking.ts';
import type { RunnerExit } from './runner-handle.ts';
import type { RunnerSession } from './runner-session.ts';
import { SessionMeter } from './session-meter.ts';

export type OpenRunner = (hooks: SessionHooks) => Promise<Outcome<RunnerSession>>;

/** The runner that a program has now, or none while it is parked; and what it has used over all its runners. */
export class Seat {
  readonly meter = new SessionMeter();
  readonly #open: OpenRunner;
  readonly #parking: Parking | null;
  readonly #fell: (exit: RunnerExit) => void;
  /** Null while parked. */
  session: RunnerSession | null = null;

  /** `fell`: the runner ended, and was not given up. */
  constructor(open: OpenRunner, parking: Parking | null, fell: (exit: RunnerExit) => void) {
    this.#open = open;
    this.#parking = parking;
    this.#fell = fell;
  }

  get guarded(): GuardedRunner {
    return {
      pacing: () => this.meter.pacing(),
      cpuMs: () => this.meter.cpuMs(),
      throttledMs: () => this.meter.throttledMs(),
      pause: () => this.session?.process.signal('SIGSTOP'),
      resume: () => this.session?.process.signal('SIGCONT'),
    };
  }

  /** A runner where there is none. It takes a place that is given back when the runner is gone. */
  async wake(hooks: SessionHooks): Promise<Outcome<RunnerSession>> {
    if (this.session !== null) return succeed(this.session);
    await this.#parking?.places.take();
    const opened = await this.#open(hooks);
    if (!opened.ok) {
      this.#parking?.places.giveBack();
      return opened;
    }
    const session = opened.value;
    this.session = session;
    this.meter.attach(session);
    void session.exited.then((exit) => {
      this.#parking?.places.giveBack();
      if (this.session === session) this.#fell(exit);
    });
    return opened;
  }

  /** The runner is gone, or is to be forgotten; its figures stay. */
  leave(): RunnerSession | null {
    const session = this.session;
    this.meter.detach();
    this.session = null;
    return session;
  }

  /** Ends the runner in peace; the next call begins a new one. */
  park(): void {
    const session = this.leave();
    if (session === null) return;
    session.process.close();
    const timer = setTimeout(() => session.process.signal('SIGKILL'), WASM_BOUNDS.parkGraceMs);
    void session.exited.then(() => clearTimeout(timer));
  }
}
