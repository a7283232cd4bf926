import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A place that blobs come from: a web server that serves the last part of its paths, or does what a test says. */
export interface BlobPlace {
  readonly url: string;
  /** `METHOD path range` of what was asked. */
  readonly asked: string[];
  /** Bytes of bodies that were sent. */
  sentBytes: number;
  answer: ((name: string, request: IncomingMessage, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
}

/** `blobs` by the name in the path, `sha256:…` or `sha256-…`. */
export async function openPlace(blobs: ReadonlyMap<string, Buffer>): Promise<BlobPlace> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const name = (path.split('/').at(-1) ?? '').replace('sha256-', 'sha256:');
    place.asked.push([request.method, path, request.headers.range].filter(Boolean).join(' '));
    if (place.answer?.(path, request, response)) return;
    const bytes = path.includes('/from/') ? undefined : blobs.get(name);
    if (bytes === undefined) return void response.writeHead(404).end();
    send(bytes, request, response, place);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place: BlobPlace = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    sentBytes: 0,
    answer: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return place;
}

function send(bytes: Buffer, request: IncomingMessage, response: ServerResponse, place: { sentBytes: number }): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const part = bytes.subarray(start);
  place.sentBytes += part.length;
  response.writeHead(start === 0 ? 200 : 206, {
    'content-length': part.length,
    ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  response.end(part);
}
