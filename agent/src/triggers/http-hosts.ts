import { isIPv4 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/**
 * Whom the port believes to be asked for. A page in a browser on the device's network can make its own name lead to the device (DNS
 * rebinding) and would then read what programs answer: so a request must name the device by an address of it, by its own name, or by a
 * name that its configuration lists; and a request that a page makes must come from a page of such a host (its Origin).
 */
export interface HostFacts {
  readonly names: ReadonlySet<string>;
  isOwnAddress(address: string): boolean;
}

export function ownHosts(configured: readonly string[] = []): HostFacts {
  const own = hostname().toLowerCase();
  return {
    names: new Set(['localhost', own, `${own}.local`, ...configured.map((name) => name.toLowerCase())]),
    // Asked each time: a device changes its address when it moves to another network.
    isOwnAddress: (address) =>
      Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address)),
  };
}

/** What is wrong with the headers of a request, or null. */
export function refuseHost(
  headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
  facts: HostFacts,
): 'host' | 'origin' | null {
  if (headers.host === undefined || !isKnown(`http://${headers.host}`, facts)) return 'host';
  return headers.origin === undefined || isKnown(headers.origin, facts) ? null : 'origin';
}

function isKnown(url: string, { names, isOwnAddress }: HostFacts): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname: host, pathname, username, search } = new URL(url);
  if (host === '' || username !== '' || search !== '' || pathname.length > 1) return false;
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return names.has(bare) || bare === '::1' || (isIPv4(bare) && bare.startsWith('127.')) || isOwnAddress(bare);
}
