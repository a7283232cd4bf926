import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEffects } from '../src/shell/effects.ts';
import { FETCH_BOUNDS } from '../src/trust/tuf/bounds.ts';
import { fetchFile } from '../src/trust/tuf/fetch-file.ts';
import { createHttpSource } from '../src/trust/tuf/metadata-source.ts';
import { codeOf } from '../src/trust/tuf/testing/device.ts';
import { never } from './tuf-device.ts';
import { startTufServer, type TufServer } from './tuf-server.ts';

/** What a server may do to a device that fetches a file, and with which code the device gives up. */
const CONTENT = Buffer.from('x'.repeat(1000));
const NAME = '1.root.json';
const bounds = { ...FETCH_BOUNDS, minBytesPerSecond: 2_000 };
/** A machine that is busy must not be taken for a slow server where that is not the question. */
const impatient = { graceMs: 200 };
let server: TufServer;
let other: TufServer;

beforeEach(async () => {
  server = await startTufServer(new Map([[NAME, CONTENT]]));
  other = await startTufServer(new Map([[NAME, CONTENT]]));
});
afterEach(() => Promise.all([server.close(), other.close()]));

const get = (mostBytes = 1000, more: Partial<typeof bounds> = {}) =>
  fetchFile(createHttpSource(server.url, createEffects()), { name: NAME, mostBytes }, never, { ...bounds, ...more });

describe('a file is fetched', () => {
  test('as it is, up to the byte', async () => {
    expect(await get()).toEqual({ ok: true, value: CONTENT });
    expect(codeOf(await get(999))).toBe('endless_data');
  });

  test.each([404, 403])('%i: there is none', async (status) => {
    server.answer = (_, _request, response) => Boolean(response.writeHead(status).end());
    expect(await get()).toEqual({ ok: true, value: null });
  });

  test('an endless body is cut off', async () => {
    let sent = 0;
    server.answer = (_, _request, response) => {
      response.writeHead(200);
      const send = () => {
        while (!response.destroyed && response.write(CONTENT)) sent += CONTENT.length;
      };
      response.on('drain', send);
      send();
      return true;
    };
    expect(codeOf(await get(100_000))).toBe('endless_data');
    expect(sent).toBeLessThan(50_000_000);
  });

  test('a trickling body is given up', async () => {
    server.answer = (_, _request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
      return true;
    };
    expect(codeOf(await get(1000, impatient))).toBe('slow_retrieval');
  });

  test('a server that never answers is given up', async () => {
    server.answer = () => true;
    expect(codeOf(await get(1000, impatient))).toBe('slow_retrieval');
  });

  test('a slow body that is just quick enough takes no longer than the whole may', async () => {
    server.answer = (_, _request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(CONTENT), 10);
      response.on('close', () => clearInterval(timer));
      return true;
    };
    expect(codeOf(await get(100_000_000, { totalMs: 400 }))).toBe('slow_retrieval');
  });

  test('compressed bytes are not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    server.answer = (_, _request, response) =>
      Boolean(response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(codeOf(await get(100_000_000))).toBe('encoding_refused');
  });

  test('a redirect to another origin is not followed, one within is', async () => {
    server.answer = (_, _request, response) =>
      Boolean(response.writeHead(302, { location: `${other.url}/${NAME}` }).end());
    expect(codeOf(await get())).toBe('foreign_redirect');
    expect(other.asked).toEqual([]);
    server.answer = (name, _request, response) =>
      name === NAME && Boolean(response.writeHead(307, { location: `/tuf/moved/../${NAME}?x` }).end());
    expect(codeOf(await get())).toBe('ok');
  });

  test('redirects without end are given up', async () => {
    server.answer = (_, _request, response) => Boolean(response.writeHead(302, { location: NAME }).end());
    expect(codeOf(await get())).toBe('foreign_redirect');
    expect(server.asked).toHaveLength(4);
  });

  test('a broken connection is taken up where it broke', async () => {
    const ranges: (string | undefined)[] = [];
    server.answer = (_, request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (from === 0) {
        response.writeHead(200, { 'content-length': 1000 });
        response.write(CONTENT.subarray(0, 400), () => setImmediate(() => response.destroy()));
      } else {
        response.writeHead(206, { 'content-range': `bytes ${from}-999/1000` });
        response.end(CONTENT.subarray(from));
      }
      return true;
    };
    expect(await get()).toEqual({ ok: true, value: CONTENT });
    expect(ranges).toEqual([undefined, 'bytes=400-']);
  });

  test('a server that cannot go on begins again, and one that never ends well is given up', async () => {
    let requests = 0;
    server.answer = (_, _request, response) => {
      requests += 1;
      response.writeHead(200, { 'content-length': 1000 });
      if (requests === 2) response.end(CONTENT);
      else response.write(CONTENT.subarray(0, 400), () => setImmediate(() => response.destroy()));
      return true;
    };
    expect(await get()).toEqual({ ok: true, value: CONTENT });
    requests = 2;
    expect(codeOf(await get())).toBe('download_failed');
    expect(requests).toBe(5);
  });

  test('another range than was asked for is not put together', async () => {
    server.answer = (_, request, response) => {
      if (request.headers.range === undefined) {
        response.writeHead(200, { 'content-length': 1000 });
        response.write(CONTENT.subarray(0, 400), () => setImmediate(() => response.destroy()));
      } else response.writeHead(206, { 'content-range': 'bytes 0-999/1000' }).end(CONTENT);
      return true;
    };
    expect(codeOf(await get())).toBe('download_failed');
  });

  test('who is told to stop stops', async () => {
    const stop = new AbortController();
    server.answer = () => {
      stop.abort();
      return true;
    };
    const source = createHttpSource(server.url, createEffects());
    expect(codeOf(await fetchFile(source, { name: NAME, mostBytes: 9 }, stop.signal))).toBe('download_failed');
    expect(server.asked).toEqual([NAME]);
  });
});
