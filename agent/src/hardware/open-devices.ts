import { LIMITS } from '@wherry/protocol';
import type { Bus, BusOperation, EdgeKind, Pin } from './port.ts';

/** An open pin that several programs may look at: each that watches it sees every edge. */
export class SharedPin {
  readonly pin: Pin;
  readonly #watchers = new Set<EdgeKind[]>();

  constructor(pin: Pin) {
    this.pin = pin;
  }

  /** Edges from now on are put into `queue`. */
  watch(queue: EdgeKind[]): void {
    this.pin.watch();
    this.#watchers.add(queue);
  }

  unwatch(queue: EdgeKind[]): void {
    this.#watchers.delete(queue);
  }

  /** Hands out what came since; of one that does not fetch its edges the oldest are dropped. */
  collect(): void {
    const edges = this.pin.edges();
    for (const queue of this.#watchers) {
      queue.push(...edges);
      queue.splice(0, Math.max(0, queue.length - LIMITS.gpioEdges));
    }
  }

  close(): void {
    this.pin.close();
  }
}

/** An open bus: transactions of several programs run one at a time, and it is closed after the last. */
export class SharedBus {
  readonly #bus: Bus;
  #last: Promise<unknown> = Promise.resolve();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  transact(address: number, operations: readonly BusOperation[]): Promise<Uint8Array> {
    const result = this.#last.then(() => this.#bus.transact(address, operations));
    this.#last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    void this.#last.then(() => this.#bus.close());
  }
}

/** Things that are opened for their first user and closed after their last. */
export class Handles<T extends { close(): void }> {
  readonly #open = new Map<string, { readonly thing: T; readonly users: Set<object> }>();

  use(name: string, user: object, open: () => T): T {
    let entry = this.#open.get(name);
    if (entry === undefined) {
      entry = { thing: open(), users: new Set() };
      this.#open.set(name, entry);
    }
    entry.users.add(user);
    return entry.thing;
  }

  /** Gives one up for everybody: the next use opens it anew. */
  drop(name: string): void {
    const entry = this.#open.get(name);
    this.#open.delete(name);
    entry?.thing.close();
  }

  release(user: object): void {
    for (const [name, { thing, users }] of this.#open) {
      if (!users.delete(user) || users.size > 0) continue;
      this.#open.delete(name);
      thing.close();
    }
  }
}
