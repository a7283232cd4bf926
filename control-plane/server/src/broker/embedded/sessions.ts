import type { Client } from 'aedes';
import type { Identity } from '../identity.ts';

/** One live session for each identity. The newest wins; what an older one does at its end changes nothing. */
export interface Session {
  readonly identity: Identity;
  readonly client: Client;
  /** Filters that were granted and not given back. */
  readonly filters: Set<string>;
}

export class Sessions {
  readonly #byName = new Map<string, Session>();

  /** Answers the session that this one takes the place of. */
  open(session: Session): Session | null {
    const before = this.#byName.get(session.identity.name) ?? null;
    this.#byName.set(session.identity.name, session);
    return before;
  }

  /** True when it was the live one. */
  close(client: Client, name: string): boolean {
    return this.#byName.get(name)?.client === client && this.#byName.delete(name);
  }

  find(tenant: string, device: string): Session | null {
    return this.#byName.get(`${tenant}/${device}`) ?? null;
  }

  isLive(client: Client, name: string): boolean {
    return this.#byName.get(name)?.client === client;
  }
}
