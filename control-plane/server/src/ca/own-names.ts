import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { isName } from '../config/host-name.ts';
import { isWildcard } from '../config/listen-url.ts';
import type { ServerOrder } from './open-authority.ts';

/** What this machine says of itself. */
export interface Machine {
  readonly hostname: string;
  readonly interfaces: Readonly<
    Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'internal'>[] | undefined>
  >;
}

/**
 * What the server's certificate is for: the names the operator gave, where it listens, and what every client on this machine may say.
 * Listening on every address, it has every address; link-local ones end with a zone that is another on each machine.
 */
export function ownNames(given: readonly string[], hosts: readonly string[], machine: Machine): ServerOrder['names'] {
  const addresses = hosts.some(isWildcard)
    ? Object.values(machine.interfaces).flatMap((list) => (list ?? []).map(({ address }) => address))
    : [];
  const all = [...given, ...hosts.filter((host) => !isWildcard(host)), 'localhost', '127.0.0.1', '::1'];
  const texts = [...all, machine.hostname, ...addresses].map((text) => text.toLowerCase());
  return [...new Set(texts)].filter(isName).map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }));
}
