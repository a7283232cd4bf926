import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in front of a control plane, hands everything on, and changes what it answers as a test says: whoever holds it could. */
export interface Liar {
  readonly origin: string;
  /** Gets the path of a GET and the JSON of its answer; what it gives is answered instead. Null: the truth. */
  lie: ((path: string, json: never) => unknown) | null;
  stop(): Promise<void>;
}

export async function startLiar(truth: string): Promise<Liar> {
  const server = createServer((request, response) => {
    handOn(request, response).catch((error: Error) => response.writeHead(502).end(error.message));
  });

  async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers();
    for (const name of ['authorization', 'content-type', 'accept']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const body = chunks.length === 0 ? null : Buffer.concat(chunks);
    const answer = await fetch(truth + url, { method, headers, body });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type') ?? 'application/octet-stream';
    const isLie = liar.lie !== null && method === 'GET' && answer.ok && type.includes('json');
    const told = isLie ? Buffer.from(JSON.stringify(liar.lie?.(url, JSON.parse(bytes.toString()) as never))) : bytes;
    response.writeHead(answer.status, { 'content-type': type }).end(told);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const liar: Liar = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lie: null,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return liar;
}
