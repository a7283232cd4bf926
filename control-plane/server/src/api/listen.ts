import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { BrokerTls } from '../broker/port.ts';
import { SERVER_LIMITS } from '../config/limits.ts';
import { listenUrl } from '../config/listen-url.ts';
import type { Listen } from '../config/make-config.ts';
import { closeSlowBodies } from './slow-bodies.ts';

/**
 * HTTP on a plain listener, on one with TLS 1.3, or on both. A certificate is asked for and not demanded: operators and browsers have
 * none, and what a device may do without one is for the routes to say.
 */
export interface HttpListeners {
  readonly httpUrl: string | null;
  readonly httpsUrl: string | null;
  /** For connections that come from now on. */
  renewTls(tls: BrokerTls): void;
  /** Takes no more; requests under way go on. */
  close(): void;
  /** Ends what is still there: streams have no end of their own. */
  end(): Promise<void>;
}

export interface HttpListen {
  readonly fetch: (request: Request, env: never) => Response | Promise<Response>;
  readonly plain: Listen | null;
  readonly secured: (Listen & BrokerTls) | null;
}

const LIMITS = { headersTimeout: SERVER_LIMITS.headersWithinMs, requestTimeout: SERVER_LIMITS.requestWithinMs };

export async function listenHttp({ fetch, plain, secured }: HttpListen): Promise<HttpListeners> {
  const http = plain ? (createAdaptorServer({ fetch: fetch as never, serverOptions: LIMITS }) as Server) : null;
  const https = secured
    ? (createAdaptorServer({
        fetch: fetch as never,
        createServer,
        serverOptions: {
          ...LIMITS,
          ...contextOf(secured),
          requestCert: true,
          rejectUnauthorized: false,
          handshakeTimeout: SERVER_LIMITS.headersWithinMs,
        },
      }) as TlsServer)
    : null;
  const httpUrl = http && plain ? await begin(http, 'http', plain) : null;
  const httpsUrl = https && secured ? await begin(https, 'https', secured) : null;
  const servers = [http, https].filter((server) => server !== null);
  let closed: Promise<unknown> = Promise.resolve();
  return {
    httpUrl,
    httpsUrl,
    renewTls: (tls) => https?.setSecureContext(contextOf(tls)),
    close() {
      closed = Promise.all(servers.map((server) => once(server, 'close')));
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
    },
    async end() {
      for (const server of servers) server.closeAllConnections();
      await closed;
    },
  };
}

function contextOf({ keyPem, certPem, clientCaPem }: BrokerTls) {
  return { key: keyPem, cert: certPem, ca: clientCaPem, minVersion: 'TLSv1.3' as const };
}

async function begin(server: Server | TlsServer, scheme: 'http' | 'https', { host, port }: Listen): Promise<string> {
  closeSlowBodies(server, SERVER_LIMITS.bodyWithinMs);
  server.maxConnections = SERVER_LIMITS.connections;
  const listening = once(server, 'listening');
  server.listen({ host, port });
  await listening;
  return listenUrl(scheme, host, (server.address() as AddressInfo).port);
}
