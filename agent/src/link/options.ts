import type { Logger } from '../logs/logger.ts';
import type { BrokerTls } from './filtered-stream.ts';
import type { HttpClient } from './http-client.ts';
import type { IsDirectors } from './inbox.ts';
import type { Identity, Link, LinkEvents, Outbox } from './port.ts';
import type { LinkTuning } from './tuning.ts';

export interface LinkOptions {
  readonly identity: Identity;
  /** Random id of this start of the agent. */
  readonly boot: string;
  readonly outbox: Outbox;
  readonly events: LinkEvents;
  /** Of the newest desired state that was accepted here; 0 for none. */
  readonly generation: () => number;
  /** By the newest root: who is believed about what is stored and what an operator asks for. */
  readonly isDirectors: IsDirectors;
  /** Speaks to the control plane; one that trusts the system's authorities without. */
  readonly client?: HttpClient;
  /** Asked at each connect to the broker; the system's authorities and no certificate without. */
  readonly tls?: () => BrokerTls;
  readonly log: Logger;
  readonly tuning?: Partial<LinkTuning>;
  /** Does each byte cost its owner money just now? Never, unless told. */
  readonly isMetered?: () => boolean;
}

/** `counters` are totals since the start, by name, for `status` and for tests. */
export interface DeviceLink extends Link {
  readonly isUp: boolean;
  counters(): Readonly<Record<string, number>>;
}
