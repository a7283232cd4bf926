/**
 * How many connections may be open, and how many of them unknown: a stranger costs little, and a crowd of strangers does not keep
 * the devices out that are already in.
 */
export interface GateLimits {
  readonly connections: number;
  readonly unauthenticatedConnections: number;
  readonly unauthenticatedPerAddress: number;
}

export interface Ticket {
  authenticated(): void;
  closed(): void;
}

export class ConnectionGate {
  readonly #limits: GateLimits;
  readonly #strangers = new Map<string, number>();
  #open = 0;
  #unauthenticated = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Null when there is no room. */
  enter(address: string): Ticket | null {
    const strangers = this.#strangers.get(address) ?? 0;
    if (
      this.#open >= this.#limits.connections ||
      this.#unauthenticated >= this.#limits.unauthenticatedConnections ||
      strangers >= this.#limits.unauthenticatedPerAddress
    )
      return null;
    this.#open += 1;
    this.#unauthenticated += 1;
    this.#strangers.set(address, strangers + 1);
    return this.#ticket(address);
  }

  #ticket(address: string): Ticket {
    let isStranger = true;
    let isOpen = true;
    const authenticated = () => {
      if (!isStranger) return;
      isStranger = false;
      this.#unauthenticated -= 1;
      const left = (this.#strangers.get(address) ?? 1) - 1;
      if (left > 0) this.#strangers.set(address, left);
      else this.#strangers.delete(address);
    };
    const closed = () => {
      if (!isOpen) return;
      isOpen = false;
      authenticated();
      this.#open -= 1;
    };
    return { authenticated, closed };
  }
}
