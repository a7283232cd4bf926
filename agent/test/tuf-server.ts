import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A static file server for a repository in memory; a test may answer instead of it. */
export interface TufServer {
  readonly url: string;
  /** Names asked for, in order. */
  readonly asked: string[];
  /** True: it has answered. */
  answer: (name: string, ...args: Parameters<RequestListener>) => boolean;
  close(): Promise<void>;
}

export async function startTufServer(files: ReadonlyMap<string, Uint8Array>): Promise<TufServer> {
  const server = createServer((request, response) => {
    const name = (request.url ?? '').replace('/tuf/', '');
    tuf.asked.push(name);
    if (tuf.answer(name, request, response)) return;
    const bytes = files.get(name);
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tuf: TufServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tuf`,
    asked: [],
    answer: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return tuf;
}
