import { BlockList, isIP } from 'node:net';

/**
 * Addresses that a guest's outgoing http may not reach by name: the device itself, its local networks, link-local (where clouds
 * keep credentials), multicast. A name that resolves to one of them is refused however it was spelt; the allow-list may name such
 * an address literally. Sources: IANA special-purpose address registries (RFC 6890).
 */
const refused = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  refused.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  refused.addSubnet(net, bits, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused.check(address, 'ipv4');
  // BlockList applies IPv4 rules to IPv4-mapped IPv6 addresses too.
  return version === 6 && !refused.check(address, 'ipv6') && !/^::(?!ffff:)/i.test(address);
}

/** Host of a URL as an address, without the brackets of IPv6; null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? null : bare;
}
