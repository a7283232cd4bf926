import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchForGuest } from '../src/runtimes/wasm/http-fetch.ts';
import { assemblyScript } from './wasm/compile.ts';
import { start } from './wasm/start.ts';

/** Outgoing http of guests, against a real server that tries to lead it astray. */
const seen: string[] = [];
let server: Server;
let origin = '';
let port = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.url} ${request.headers.cookie ?? ''}`.trim());
    const [, action = '', ...rest] = (request.url ?? '').split('/');
    const to = decodeURIComponent(rest.join('/'));
    if (action === 'to') response.writeHead(302, { location: to }).end();
    else if (action === 'large') response.end(Buffer.alloc(300 * 1024));
    else if (action === 'loop') response.writeHead(307, { location: '/loop' }).end();
    else request.pipe(response.writeHead(200, { 'x-answer': 'yes' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function fetchGet(url: string, allow: readonly string[], headers: Record<string, string> = {}) {
  const request = { method: 'GET', url, headers, body: new Uint8Array(0) };
  return fetchForGuest(request, { http: { allow: [...allow] } }, AbortSignal.timeout(5_000));
}

const refusedWith = (code: string) => ({ ok: false, problems: [{ code }] });

it('reaches an address that the allow-list names literally', async () => {
  expect(await fetchGet(`${origin}/hello`, [origin])).toMatchObject({ ok: true, value: { status: 200 } });
});

it('reaches nothing that is not on the list: other port, other scheme, path beside the granted one, credentials', async () => {
  const before = seen.length;
  for (const [url, allow] of [
    [`${origin}/`, []],
    [`${origin}/`, ['http://127.0.0.1:1']],
    [`${origin}/`, [`https://127.0.0.1:${port}`]],
    [`${origin}/apiary`, [`${origin}/api`]],
    [`${origin}/api/..%2fsecret`, [`${origin}/api`]],
    [`http://user:pass@127.0.0.1:${port}/`, [origin]],
  ] as const)
    expect(await fetchGet(url, allow), url).toMatchObject(refusedWith('capability_denied'));
  expect(seen.length).toBe(before);
});

it('reaches no name that resolves to the device, however it is granted', async () => {
  const granted = `http://localhost:${port}`;
  expect(await fetchGet(granted, [granted])).toMatchObject(refusedWith('capability_denied'));
});

it('reaches such a name with the grant for private addresses, which opens nothing beside the list', async () => {
  const granted = `http://localhost:${port}`;
  const ask = (url: string) =>
    fetchForGuest(
      { method: 'GET', url, headers: {}, body: new Uint8Array(0) },
      { http: { allow: [granted], private: true } },
      AbortSignal.timeout(5_000),
    );
  expect(await ask(`${granted}/hello`)).toMatchObject({ ok: true, value: { status: 200 } });
  expect(await ask(`${origin}/hello`)).toMatchObject(refusedWith('capability_denied'));
  expect(await ask(`${granted}/to/${encodeURIComponent(`${origin}/secret`)}`)).toMatchObject(
    refusedWith('capability_denied'),
  );
});

it('follows a redirect inside the list, and checks each hop', async () => {
  const inside = `${origin}/to/${encodeURIComponent('/end')}`;
  expect(await fetchGet(inside, [origin])).toMatchObject({ ok: true, value: { status: 200 } });
  for (const target of [
    `http://localhost:${port}/x`,
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'http://169.254.169.254/',
  ])
    expect(await fetchGet(`${origin}/to/${encodeURIComponent(target)}`, [origin]), target).toMatchObject(
      refusedWith('capability_denied'),
    );
  expect(await fetchGet(`${origin}/loop`, [origin])).toMatchObject(refusedWith('unavailable'));
});

it('takes no answer larger than the bound, and no method it does not know', async () => {
  expect(await fetchGet(`${origin}/large`, [origin])).toMatchObject(refusedWith('payload_too_large'));
  const request = { method: 'CONNECT', url: origin, headers: {}, body: new Uint8Array(0) };
  const outcome = await fetchForGuest(request, { http: { allow: [origin] } }, AbortSignal.timeout(5_000));
  expect(outcome).toMatchObject(refusedWith('invalid_body'));
});

it('does not let a guest forge the headers of the connection', async () => {
  await fetchGet(`${origin}/host`, [origin], { host: 'evil.example', 'transfer-encoding': 'chunked' });
  expect(seen.at(-1)).toBe(`GET 127.0.0.1:${port} /host`);
});

it('serves a guest, and counts its traffic', async () => {
  const module = assemblyScript(
    'fetcher',
    `import { config, fetch, log } from "@sdk";
     export function onStart(): void {
       const answer = fetch("POST", config("URL")! + "/echo", "ping", "content-type: text/plain");
       log.info(answer === null ? "nothing" : answer.field("Status") + " " + answer.field("x-answer") + " " + answer.text());
       const refused = fetch("GET", "http://127.0.0.1:1/");
       log.info(refused === null ? "refused" : "reached");
     }`,
  );
  const { instance, host } = await start(module, {
    capabilities: { http: { allow: [origin] } },
    config: { URL: origin },
  });
  expect(await instance.call({ on: 'start' })).toMatchObject({ ok: true });
  const lines = host.logs.filter(({ level }) => level === 'info').map(({ text }) => text);
  expect(lines).toEqual(['200 yes ping', 'refused']);
  expect(await instance.usage()).toMatchObject({ sentBytes: 4, receivedBytes: 4 });
});
