import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { HttpError } from './http-message.ts';
import { readBounded } from './read-bounded.ts';

let client: HttpClient;
let stops: (() => Promise<void>)[];

beforeEach(() => {
  client = createHttpClient();
  stops = [];
});
afterEach(async () => {
  client.close();
  for (const stop of stops) await stop();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Every connection gets these bytes for its first request, and what `then` does. */
async function serveRaw(bytes: string, then: (socket: Socket) => void = (socket) => socket.end()): Promise<string> {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => socket.write(bytes, () => then(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const text = async (url: string) => readBounded(await client.request(url), 1_000_000);

describe('the HTTP client of the agent', () => {
  it('asks with method, headers and body, and hands over status, headers and body', async () => {
    const { url } = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method, headers } = request;
      response.writeHead(207, { etag: '"7"', 'set-cookie': ['a', 'b'] });
      response.end(
        JSON.stringify({
          method,
          of: headers.of,
          encoding: headers['accept-encoding'],
          body: `${Buffer.concat(chunks)}`,
        }),
      );
    });
    const answer = await client.request(`${url}/path`, { method: 'POST', headers: { of: 'pi' }, body: 'grüße' });
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('set-cookie')]).toEqual([207, '"7"', 'a, b']);
    expect(answer.headers.get('not-there')).toBeNull();
    expect(JSON.parse((await readBounded(answer, 1_000)) ?? '')).toEqual({
      method: 'POST',
      of: 'pi',
      encoding: 'identity',
      body: 'grüße',
    });
  });

  it('uses a connection again, after answers that were read and after short ones that were discarded', async () => {
    let connections = 0;
    const { url, server } = await serve(
      (_, response) => void response.writeHead(404, { 'content-length': 2 }).end('no'),
    );
    server.on('connection', () => {
      connections += 1;
    });
    await text(url);
    (await client.request(url)).discard();
    await text(url);
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('asks again when a kept connection turns out to be closed', async () => {
    const asked: string[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.url ?? '');
      // The second request on a connection meets its end, as after a server's own time for idle connections.
      if (asked.filter((path) => path === '/').length === 1 && asked.length === 2) request.socket.destroy();
      else response.end('here');
    });
    expect(await text(`${url}/`)).toBe('here');
    expect(await text(`${url}/again`)).toBe('here');
    expect(asked).toEqual(['/', '/again', '/again']);
  });

  it('does not send a POST twice', async () => {
    let posts = 0;
    const { url } = await serve((request, response) => {
      if (request.method !== 'POST') return void response.end('here');
      posts += 1;
      request.socket.destroy();
    });
    await text(url);
    await expect(client.request(url, { method: 'POST', body: '1' })).rejects.toThrow(HttpError);
    expect(posts).toBe(1);
  });

  it('refuses redirects, or hands them over when asked to', async () => {
    const { url } = await serve((_, response) => void response.writeHead(302, { location: '/there' }).end());
    await expect(client.request(url)).rejects.toThrow(HttpError);
    expect(await client.request(url, { redirect: 'answer' })).toMatchObject({ status: 302 });
  });

  it('gives the reason of the signal, before an answer and within its body', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200).write('a part');
    });
    const reason = new Error('enough');
    const silent = new AbortController();
    const waiting = client.request(url, { signal: silent.signal });
    silent.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(client.request(url, { signal: silent.signal })).rejects.toBe(reason);

    const begun = new AbortController();
    const answer = await client.request(`${url}/begun`, { signal: begun.signal });
    const reading = (async () => {
      for await (const _ of answer.body) begun.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });

  it.each<[string, string]>([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(1_000)}`],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('says so when the answer is %s', async (_, bytes) => {
    const problem = client.request(await serveRaw(bytes)).catch((error: unknown) => error);
    expect(await problem).toBeInstanceOf(HttpError);
  });

  it.each<[string, string]>([
    ['a body that ends early', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['a chunk that ends early', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\nabc'],
    ['a chunk that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n'],
  ])('rejects %s', async (_, bytes) => {
    const problem = text(await serveRaw(bytes)).catch((error: unknown) => error);
    expect(await problem).toBeInstanceOf(HttpError);
  });

  it('names why nobody answers, without looking like trouble of the disk', async () => {
    const { url, server } = await serve(() => {});
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    stops.length = 0;
    const error = await client.request(url).catch((problem: unknown) => problem);
    expect(error).toMatchObject({ name: 'HttpError', message: 'ECONNREFUSED' });
    expect(error).not.toHaveProperty('syscall');
    await expect(client.request('file:///etc/passwd')).rejects.toThrow(HttpError);
  });

  it('ends the connection of a body that is too long, or packed', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/packed') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      const more = () => response.write('x'.repeat(10_000), () => response.destroyed || setImmediate(more));
      more();
    });
    expect(await readBounded(await client.request(url), 50_000)).toBeNull();
    await expect(text(`${url}/packed`)).rejects.toThrow(HttpError);
  });
});
