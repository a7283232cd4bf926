import { TLSSocket } from 'node:tls';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { AppContext, ShownCertificate } from '../../app/context.ts';
import type { ApiEnv } from '../env.ts';

/** Reading one checks a signature: it is read once for each connection. */
const known = new WeakMap<TLSSocket, ShownCertificate | null>();

/** The connection of a request that came over TLS to this server itself; null on plain listeners, whatever a proxy before it speaks. */
export function tlsSocketOf(c: Context<ApiEnv>): TLSSocket | null {
  // Requests that did not come over a socket (app.request) have no connection.
  const socket = (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket;
  return socket instanceof TLSSocket ? socket : null;
}

export function shownCertificate(socket: TLSSocket, { authority }: AppContext): ShownCertificate | null {
  const before = known.get(socket);
  if (before !== undefined) return before;
  const certificate = socket.getPeerX509Certificate();
  const shown = certificate && authority ? authority.readDevice(certificate) : null;
  known.set(socket, shown);
  return shown;
}
