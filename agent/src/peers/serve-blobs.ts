import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { FRESH_PACE, spend } from '../core/budget/pace.ts';
import type { Logger } from '../logs/logger.ts';
import { readRange } from './range.ts';

/**
 * Hands the blobs of this device on to its neighbours: by digest only, so that nobody learns what is here, whole files only, few at a
 * time and no faster than allowed. Whoever fetches one checks what came; nothing that was verified here is promised.
 */
export interface PeerServer {
  /** `http://host:port` */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PeerOptions {
  readonly host: string;
  readonly port: number;
  readonly maxBytesPerSecond: number;
  /** Path of a complete blob; null when there is none. */
  readonly find: (digest: string) => string | null;
  readonly log: Logger;
}

const CONNECTIONS_MAX = 16;
const TRANSFERS_MAX = 4;
const IDLE_MS = 30_000;
const HEAD_WITHIN_MS = 5_000;
const CHUNK_BYTES = 64 * 1024;
const RETRY_AFTER_SECONDS = '5';

/** Rejects when the port is taken. */
export async function servePeers(options: PeerOptions): Promise<PeerServer> {
  const { host, port, find, log } = options;
  const throttle = createThrottle(options.maxBytesPerSecond);
  let transfers = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.method === 'GET' || request.method === 'HEAD' ? pathOf(request, find) : null;
    const sizeBytes = path === null ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
    if (path === null || sizeBytes === undefined) return void response.writeHead(404).end();
    const range = readRange(request.headers.range, sizeBytes);
    if (range === null) return void response.writeHead(416, { 'content-range': `bytes */${sizeBytes}` }).end();
    if (transfers >= TRANSFERS_MAX) return void response.writeHead(503, { 'retry-after': RETRY_AFTER_SECONDS }).end();
    response.writeHead(range.isWhole ? 200 : 206, {
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-length': range.end - range.start,
      ...(range.isWhole ? {} : { 'content-range': `bytes ${range.start}-${range.end - 1}/${sizeBytes}` }),
    });
    if (request.method === 'HEAD' || range.start === range.end) return void response.end();
    transfers += 1;
    try {
      const file = createReadStream(path, { start: range.start, end: range.end - 1, highWaterMark: CHUNK_BYTES });
      await pipeline(file, throttle, response);
    } finally {
      transfers -= 1;
    }
  }

  const server = createServer((request, response) => {
    // A neighbour that went away, or a blob that was collected meanwhile.
    answer(request, response).catch((error: unknown) => {
      log.debug({ err: error }, 'hand a blob to a peer');
      response.destroy();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.headersTimeout = HEAD_WITHIN_MS;
  server.requestTimeout = HEAD_WITHIN_MS;
  server.setTimeout(IDLE_MS, (socket) => socket.destroy());
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function pathOf(request: IncomingMessage, find: PeerOptions['find']): string | null {
  const hex = /^\/sha256-([0-9a-f]{64})$/.exec(request.url ?? '')?.[1];
  return hex === undefined ? null : find(`sha256:${hex}`);
}

/** All transfers share one rate. */
function createThrottle(bytesPerSecond: number) {
  let pace = FRESH_PACE;
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      yield chunk;
      const spent = spend(pace, chunk.length, bytesPerSecond, performance.now());
      pace = spent.pace;
      await pause(spent.waitMs);
    }
  };
}
