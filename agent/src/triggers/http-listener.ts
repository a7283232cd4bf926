import { createServer, type RequestListener, type Server } from 'node:http';
import { TRIGGER_LIMITS as LIMIT } from './limits.ts';

/** Node's server with our bounds. In a file of its own, which is read where http triggers are served and nowhere else. */
export function createListener(serve: RequestListener): Server {
  const server = createServer(
    { requestTimeout: LIMIT.httpRequestTimeoutMs, headersTimeout: LIMIT.httpHeadersTimeoutMs },
    serve,
  );
  server.maxConnections = LIMIT.httpConnections;
  return server;
}
