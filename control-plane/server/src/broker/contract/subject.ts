import type { IClientOptions } from 'mqtt';
import type { Broker } from '../port.ts';

/** An adapter as the contract meets it. What it cannot do it says by a flag, and the suite then prints which promise is skipped. */
export interface BrokerSubject {
  readonly name: string;
  make(): Broker | Promise<Broker>;
  /** What a client presents so that it is taken for this device; what is needed to reach the listener as well. */
  credentials(identity: string): IClientOptions;
  /** Of the certificate that this device shows; absent where it shows none. */
  serialOf?(identity: string): string | undefined;
  readonly capabilities: BrokerCapabilities;
}

export interface BrokerCapabilities {
  /** The acknowledgement waits for `receive`. A broker of somebody else acknowledges by its own rules; then `ack` alone counts. */
  readonly hasHeldAcknowledgement: boolean;
  /** Who asks for another branch is told so, or cut off. Otherwise it gets no answer, and nothing of that branch. */
  readonly refusesForeignBranches: boolean;
  /** A client id that is not the identity is refused. Otherwise the identity takes its place. */
  readonly refusesForeignClientIds: boolean;
  /** Sessions are known from the connections themselves. Otherwise from what devices say: birth, last will, any message. */
  readonly seesConnections: boolean;
}

export const SECRETS: Readonly<Record<string, string>> = {
  'acme/pi-1': 'secret-1',
  'acme/pi-2': 'secret-2',
  'other/pi-1': 'secret-3',
};
export const ONE = 'acme/pi-1';
export const TWO = 'acme/pi-2';

/** For listeners where the secret counts. */
export function secretOf(identity: string): IClientOptions {
  return { username: identity, password: SECRETS[identity] ?? '' };
}
