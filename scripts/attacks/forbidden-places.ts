import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Two servers: one that guests may reach, which redirects to the other; and one that nobody may reach, which counts who does. */
export interface ForbiddenPlaces {
  readonly openUrl: string;
  readonly closedUrl: string;
  /** Requests that the closed server got. */
  readonly intruders: string[];
  close(): Promise<void>;
}

export async function openForbiddenPlaces(secret: string): Promise<ForbiddenPlaces> {
  const intruders: string[] = [];
  const closed = createServer((request, response) => {
    intruders.push(request.url ?? '');
    response.end(secret);
  });
  const closedUrl = await listen(closed);
  const open = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://open');
    const target = url.searchParams.get('to');
    if (target === null) return void response.end('open');
    response.writeHead(Number(url.searchParams.get('status') ?? 302), { location: target }).end();
  });
  const openUrl = await listen(open);
  return {
    openUrl,
    closedUrl,
    intruders,
    async close() {
      for (const server of [open, closed]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
