import type { Stage } from '../stage.ts';
import { startRevert } from './start-rollout.ts';
import { Work } from './work.ts';
import { writeDesired } from './write-desired.ts';

/**
 * Server processes over one store: each has a clock of its own, can be slow between reading and committing, and can end before any
 * effect that follows a commit. What it had in memory is gone then; what the store holds is the truth.
 */
const RETRIES = 5;

export class ServerProcess {
  readonly name: string;
  isUp = true;
  skewMs = 0;
  readonly #world: Stage;

  constructor(world: Stage, name: string) {
    this.#world = world;
    this.name = name;
  }

  nowMs(): number {
    return this.#world.epochMs + this.#world.timeline.nowMs + this.skewMs;
  }

  /** Runs the work, again when another process was quicker; then what follows from it, each effect by itself. */
  run(
    body: (work: Work) => void,
    effects: (process: ServerProcess) => readonly (() => void)[] = () => [],
    tries = 0,
  ): void {
    if (!this.isUp) return;
    const work = new Work(this.#world, this.nowMs());
    body(work);
    for (const id of work.reverts) startRevert(work, id);
    writeDesired(work);
    if (this.#world.flaw === 'acknowledge_first') for (const effect of effects(this)) effect();
    const finish = () => {
      if (!this.isUp || this.crashes()) return;
      if (!work.commit()) {
        this.#world.tell(this.name, 'lost a race');
        if (tries < RETRIES) this.run(body, effects, tries + 1);
        return;
      }
      for (const name of work.stale) this.publish(name);
      for (const effect of effects(this)) if (this.isUp && !this.crashes()) effect();
    };
    if (this.#world.happens('race')) this.#world.timeline.after(this.#world.random.between(1, 400), finish);
    else finish();
  }

  publish(name: string): void {
    if (!this.isUp || this.crashes()) return;
    const { document } = this.#world.store.devices.get(name) ?? {};
    const device = this.#world.deviceOf(name);
    if (document == null || !device.link.isUp) return;
    const state = this.#world.wire.pass('desired', name, document.state, 'director');
    this.#world.network.carry(() => {
      if (device.link.isUp) device.receiveDesired({ ...document, state });
    });
  }

  crashes(): boolean {
    if (!this.#world.happens('serverCrash')) return false;
    this.isUp = false;
    this.#world.tell(this.name, 'is killed');
    this.#world.timeline.after(this.#world.random.between(500, 20_000), () => {
      this.isUp = true;
      this.#world.tell(this.name, 'is back');
    });
    return true;
  }

  get world(): Stage {
    return this.#world;
  }
}
