import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS, type Trigger } from '@wherry/protocol';
import type { Counters } from '../logs/counters.ts';
import type { Logger } from '../logs/logger.ts';
import type { HttpAnswer } from '../runtimes/port.ts';
import type { Call } from './bus.ts';
import { answerOf, problemAnswer, routeOf } from './http-routes.ts';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';

/** One port for the http triggers of all apps: `/{app}{path}`, and `/healthz` of the agent itself. */
export interface HttpTriggers {
  bind(app: string, triggers: readonly HttpTrigger[], call: Call): void;
  unbind(app: string): void;
  /** Resolves after the first try; a port that is taken is tried again later. */
  start(): Promise<void>;
  stop(): Promise<void>;
  url(): string | null;
}

export type HttpTrigger = Extract<Trigger, { on: 'http' }>;

interface Binding {
  readonly methods: ReadonlyMap<string, ReadonlySet<string>>;
  readonly call: Call;
}

export interface HttpTriggersOptions {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly counters: Counters;
  readonly callTimeoutMs?: number;
}

export function createHttpTriggers(options: HttpTriggersOptions): HttpTriggers {
  const { log, counters } = options;
  const callTimeoutMs = options.callTimeoutMs ?? LIMIT.httpCallTimeoutMs;
  const bindings = new Map<string, Binding>();
  let calls = 0;
  let retry: NodeJS.Timeout | undefined;

  const server = createServer(
    { requestTimeout: LIMIT.httpRequestTimeoutMs, headersTimeout: LIMIT.httpHeadersTimeoutMs },
    (request, response) => void serve(request, response),
  );
  server.maxConnections = LIMIT.httpConnections;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    try {
      write(response, await answer(request));
    } catch (error) {
      // What fails here is the connection: a client that went away in the middle of its own request.
      counters.add('http_broken_requests');
      log.debug({ error }, 'a request ended early');
      response.destroy();
    }
  }

  async function answer(request: IncomingMessage): Promise<HttpAnswer> {
    counters.add('http_requests');
    const [pathname = '/', ...query] = (request.url ?? '/').split('?');
    const method = request.method ?? 'GET';
    if (pathname === '/healthz') return health(method);
    const route = routeOf(pathname);
    const binding = route ? bindings.get(route.app) : undefined;
    const methods = route ? binding?.methods.get(route.path) : undefined;
    if (!route || !binding || !methods) return problemAnswer(404, 'not_found', 'no app on this device has this path');
    if (!methods.has(method)) {
      const allow = [...methods].join(', ');
      return problemAnswer(405, 'not_found', `this path takes ${allow}`, { allow });
    }
    if (calls >= LIMIT.httpCalls) return busy();
    const body = await readBody(request);
    if (!body) {
      const detail = `a body holds at most ${LIMITS.httpBodyBytes} bytes`;
      return problemAnswer(413, 'payload_too_large', detail, { connection: 'close' });
    }
    // Asked again: only calls are counted, so that slow bodies hold up nobody.
    if (calls >= LIMIT.httpCalls) return busy();
    calls += 1;
    try {
      const headers = flatten(request);
      return await callInTime(binding.call, { method, path: route.path, query: query.join('?'), headers, body });
    } finally {
      calls -= 1;
    }
  }

  function busy(): HttpAnswer {
    counters.add('http_busy');
    const detail = 'too many requests at once: try again in a second';
    return problemAnswer(503, 'rate_limited', detail, { 'retry-after': '1' });
  }

  async function callInTime(
    call: Call,
    request: { method: string; path: string; query: string; headers: Record<string, string>; body: Uint8Array },
  ): Promise<HttpAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<HttpAnswer>((resolve) => {
      timer = setTimeout(() => {
        counters.add('http_timeouts');
        resolve(problemAnswer(504, 'wall_limit', `the app did not answer within ${callTimeoutMs / 1000} s`));
      }, callTimeoutMs);
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

  function listen(): Promise<void> {
    return new Promise((resolve) => {
      const fail = (error: Error) => {
        log.error(
          { error, host: options.host, port: options.port },
          'http triggers cannot be served: is the port taken?',
        );
        retry = setTimeout(() => void listen(), LIMIT.httpListenRetryMs);
        resolve();
      };
      server.once('error', fail);
      server.listen(options.port, options.host, () => {
        server.off('error', fail);
        server.on('error', (error) => log.error({ error }, 'http triggers'));
        resolve();
      });
    });
  }

  return {
    bind(app, triggers, call) {
      const methods = new Map<string, Set<string>>();
      for (const trigger of triggers)
        methods.set(trigger.path, new Set([...(methods.get(trigger.path) ?? []), ...trigger.methods]));
      bindings.set(app, { methods, call });
    },
    unbind: (app) => void bindings.delete(app),
    start: listen,
    async stop() {
      clearTimeout(retry);
      if (!server.listening) return;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
    url() {
      const address = server.address() as AddressInfo | null;
      if (!address) return null;
      return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
  };
}

function health(method: string): HttpAnswer {
  if (method !== 'GET') return problemAnswer(405, 'not_found', 'this path takes GET', { allow: 'GET' });
  const body = Buffer.from('{"status":"ok"}', 'utf8');
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function flatten(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}

/** Null when it is too long; the rest is not read then. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > LIMITS.httpBodyBytes) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > LIMITS.httpBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, answer: HttpAnswer): void {
  if (response.destroyed) return;
  const hasBody = answer.status !== 204 && answer.status !== 304;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(hasBody ? { 'content-length': String(answer.body.length) } : {}),
  });
  response.end(hasBody ? answer.body : undefined);
}
