import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import type { HttpAnswer } from '../runtimes/port.ts';
import type { Call } from './bus.ts';
import { HttpBindings, type HttpTrigger, type Route } from './http-bindings.ts';
import { ownHosts, refuseHost } from './http-hosts.ts';
import { flatten, readBody, writeAnswer } from './http-message.ts';
import { answerOf, problemAnswer } from './http-routes.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';

/** One port for the http triggers of all apps: `/{app}{path}`, and `/healthz` of the agent itself. */
export interface HttpTriggers {
  bind(app: string, triggers: readonly HttpTrigger[], call: Call): void;
  unbind(app: string): void;
  pause(app: string): void;
  /** Resolves after the first try; a port that is taken is tried again later. */
  start(): Promise<void>;
  stop(): Promise<void>;
  url(): string | null;
}

export interface HttpTriggersOptions {
  readonly host: string;
  readonly port: number;
  /** Names by which the device is asked, besides its own. */
  readonly hosts?: readonly string[] | undefined;
  readonly log: Logger;
  readonly counters: Counters;
}

export function createHttpTriggers(options: HttpTriggersOptions): HttpTriggers {
  const { log, counters } = options;
  const hosts = ownHosts(options.hosts);
  const bindings = new HttpBindings();
  let retry: NodeJS.Timeout | undefined;
  let server: Server | null = null;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    try {
      writeAnswer(response, await answer(request), request.method === 'HEAD');
    } catch (error) {
      // What fails here is the connection: a client that went away in the middle of its own request.
      counters.add('http_broken_requests');
      log.debug({ error }, 'a request ended early');
      response.destroy();
    }
  }

  async function answer(request: IncomingMessage): Promise<HttpAnswer> {
    counters.add('http_requests');
    const refused = refuseHost(request.headers, hosts);
    if (refused !== null) return strange(refused);
    const [pathname = '/', ...query] = (request.url ?? '/').split('?');
    const isHead = request.method === 'HEAD';
    const method = isHead ? 'GET' : (request.method ?? 'GET');
    if (pathname === '/healthz') return health(method);
    const route = bindings.find(pathname);
    if (route === null) return problemAnswer(404, 'not_found', 'no app on this device has this path');
    if (method === 'OPTIONS') return { status: 204, headers: { allow: allowOf(route) }, body: new Uint8Array(0) };
    if (!route.methods.has(method))
      return problemAnswer(405, 'not_found', `this path takes ${allowOf(route)}`, { allow: allowOf(route) });
    if (route.call === null) return busy('unavailable', 'the app is being started or updated: try again in a second');
    if (bindings.isFull(route.app)) return busy('rate_limited', 'too many requests at once: try again in a second');
    const body = await readBody(request);
    if (!body) {
      const detail = `a body holds at most ${LIMITS.httpBodyBytes} bytes`;
      return problemAnswer(413, 'payload_too_large', detail, { connection: 'close' });
    }
    // Asked again: only calls are counted, so that slow bodies hold up nobody; and an update may have come between.
    const { call } = bindings.find(pathname) ?? route;
    if (call === null) return busy('unavailable', 'the app is being started or updated: try again in a second');
    if (bindings.isFull(route.app)) return busy('rate_limited', 'too many requests at once: try again in a second');
    const asked = { method, path: route.path, query: query.join('?'), headers: flatten(request), body };
    return bindings.count(route.app, () => callInTime(call, route.timeoutMs, asked));
  }

  function strange(what: 'host' | 'origin'): HttpAnswer {
    counters.add(`http_${what}_refused`);
    return what === 'host'
      ? problemAnswer(
          421,
          'forbidden',
          'ask for an address or the name of this device, or list the name under http.hosts',
        )
      : problemAnswer(
          403,
          'forbidden',
          'pages of other sites may not ask this device: list their host under http.hosts',
        );
  }

  function busy(code: 'unavailable' | 'rate_limited', detail: string): HttpAnswer {
    counters.add(code === 'unavailable' ? 'http_unavailable' : 'http_busy');
    return problemAnswer(503, code, detail, { 'retry-after': '1' });
  }

  async function callInTime(
    call: Call,
    timeoutMs: number,
    request: { method: string; path: string; query: string; headers: Record<string, string>; body: Uint8Array },
  ): Promise<HttpAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<HttpAnswer>((resolve) => {
      timer = setTimeout(() => {
        counters.add('http_timeouts');
        resolve(problemAnswer(504, 'wall_limit', `the app did not answer within ${timeoutMs / 1000} s`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([call({ on: 'http', ...request }).then(answerOf, failed), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  function failed(error: unknown): HttpAnswer {
    counters.note('http_calls_failed', { error }, 'a call by a request failed');
    return problemAnswer(502, 'internal', 'the app could not be called: the log of the agent says why');
  }

  function listen(listener: Server): Promise<void> {
    return new Promise((resolve) => {
      const fail = (error: Error) => {
        log.error(
          { error, host: options.host, port: options.port },
          'http triggers cannot be served: is the port taken?',
        );
        retry = setTimeout(() => void listen(listener), LIMIT.httpListenRetryMs);
        resolve();
      };
      listener.once('error', fail);
      listener.listen(options.port, options.host, () => {
        listener.off('error', fail);
        listener.on('error', (error) => log.error({ error }, 'http triggers'));
        resolve();
      });
    });
  }

  return {
    bind: (app, triggers, call) => bindings.bind(app, triggers, call),
    unbind: (app) => bindings.unbind(app),
    pause: (app) => bindings.pause(app),
    async start() {
      const { createListener } = await import('./http-listener.ts');
      server = createListener((request, response) => void serve(request, response));
      await listen(server);
    },
    async stop() {
      clearTimeout(retry);
      if (!server?.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    url() {
      const address = (server?.address() ?? null) as AddressInfo | null;
      if (!address) return null;
      return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
  };
}

function allowOf({ methods }: Route): string {
  return [...methods, ...(methods.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

function health(method: string): HttpAnswer {
  if (method !== 'GET') return problemAnswer(405, 'not_found', 'this path takes GET', { allow: 'GET, HEAD' });
  const body = Buffer.from('{"status":"ok"}', 'utf8');
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
