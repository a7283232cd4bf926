import type { IncomingMessage, Server } from 'node:http';

/**
 * A body that dribbles in holds a connection for as long as its sender likes. Only an upload may take long (the server's request
 * timeout bounds it); of every other request the whole body must be here in time, or the connection is closed.
 */
export function closeSlowBodies(http: Server, withinMs: number): void {
  http.prependListener('request', (incoming: IncomingMessage) => {
    if (incoming.method === 'PUT') return;
    const timer = setTimeout(() => {
      if (!incoming.complete) incoming.destroy();
    }, withinMs);
    incoming.once('close', () => clearTimeout(timer));
  });
}
