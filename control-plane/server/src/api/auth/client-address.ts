import { isIPv6 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** The address that a throttle counts by. A forwarded address is believed only from a proxy that the operator vouched for. */
export function clientAddress(c: Context<ApiEnv>, deps: Pick<ApiDeps, 'isProxyTrusted'>): string {
  if (deps.isProxyTrusted) {
    const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
    if (forwarded) return networkOf(forwarded);
  }
  // Requests that did not come over a socket (app.request) have no connection.
  const hasSocket = (c.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
  return networkOf((hasSocket ? getConnInfo(c).remote.address : undefined) ?? 'unknown');
}

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** One customer of a provider has a whole /64 of IPv6, so that counts as one address. */
export function networkOf(address: string): string {
  const mapped = address.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const between = Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => '0');
  const groups = tail === undefined ? before : [...before, ...between, ...after];
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
