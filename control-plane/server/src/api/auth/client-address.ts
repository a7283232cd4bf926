import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** The address that a throttle counts by. A forwarded address is believed only from a proxy that the operator vouched for. */
export function clientAddress(c: Context<ApiEnv>, deps: Pick<ApiDeps, 'isProxyTrusted'>): string {
  if (deps.isProxyTrusted) {
    const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
    if (forwarded) return forwarded;
  }
  // Requests that did not come over a socket (app.request) have no connection.
  const hasSocket = (c.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
  return (hasSocket ? getConnInfo(c).remote.address : undefined) ?? 'unknown';
}
