import type { Report } from '@wherry/protocol';
import type { Document } from '../device/disk.ts';
import type { Reachable, SimDevice, Stage } from '../stage.ts';
import { ServerProcess } from './process.ts';
import { applyReport, connected, expireDue, sendDue, watchSoaks } from './use-cases.ts';

const TICK_MS = 10_000;
const PRESENCE_REPEATS = 3;

/** All processes as devices see them: whoever is reached answers. */
export class FleetServer implements Reachable {
  readonly processes: readonly ServerProcess[];
  readonly #world: Stage;

  constructor(world: Stage) {
    this.#world = world;
    this.processes = ['server-a', 'server-b'].map((name) => new ServerProcess(world, name));
  }

  any(): ServerProcess {
    const [first, second] = this.processes as readonly [ServerProcess, ServerProcess];
    const chosen = this.#world.random.chance(0.5) ? first : second;
    return chosen.isUp ? chosen : chosen === first ? second : first;
  }

  begin(): void {
    for (const process of this.processes)
      this.#world.timeline.after(this.#world.random.int(TICK_MS), () => this.#tick(process));
  }

  #tick(process: ServerProcess): void {
    this.#world.timeline.after(TICK_MS, () => this.#tick(process));
    if (!process.isUp) return;
    expireDue(process);
    watchSoaks(process);
    sendDue(process);
  }

  receive(name: string, sent: Report): void {
    const process = this.any();
    if (!process.isUp) return;
    const report = this.#world.wire.pass('report', name, sent, name);
    applyReport(process, name, report);
  }

  readDesired(name: string): Document | null {
    return this.any().isUp ? (this.#world.store.devices.get(name)?.document ?? null) : null;
  }

  /** Told again for a while: what is stored of an earlier session may be committed late. */
  sessionBegan(device: SimDevice, session: number): void {
    this.#repeat(device, session, true, this.#world.random.between(5, 200));
  }

  sessionEnded(device: SimDevice, session: number): void {
    this.#repeat(device, session, false, this.#world.random.between(100, 20_000));
  }

  #repeat(device: SimDevice, session: number, isOnline: boolean, delayMs: number, times = 0): void {
    this.#world.timeline.after(delayMs, () => {
      if (device.link.session !== session || device.link.isUp !== isOnline) return;
      const isStored = this.#world.store.devices.get(device.name)?.isOnline === isOnline;
      if (!isStored) connected(this.any(), device.name, isOnline);
      if (!isStored || times < PRESENCE_REPEATS) this.#repeat(device, session, isOnline, 5_000, times + 1);
    });
  }
}
