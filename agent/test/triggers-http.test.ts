import { type OutgoingHttpHeaders, request } from 'node:http';
import { succeed, type Trigger } from '@wherry/protocol';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { CallOutcome } from '../src/runtimes/port.ts';
import type { DeviceTriggers, TriggersOptions } from '../src/triggers/options.ts';
import { createTriggers } from '../src/triggers/triggers.ts';

/** The device's port between strangers, impatient clients and programs that are away for a moment. */
let triggers: DeviceTriggers | undefined;
afterEach(() => triggers?.stop());

async function start(options: Omit<TriggersOptions, 'log'>): Promise<DeviceTriggers> {
  triggers = createTriggers({ log: pino({ level: 'silent' }), ...options });
  await triggers.start();
  return triggers;
}

const HTTP = { http: { host: '127.0.0.1', port: 0 } };
const hello: Trigger[] = [{ on: 'http', path: '/hello', methods: ['GET', 'POST'] }];
const text = (body: string, status = 200): CallOutcome =>
  succeed({ answer: { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(body) } });

test('HEAD is a GET without its body, and OPTIONS asks no guest', async () => {
  const triggers = await start(HTTP);
  const methods: string[] = [];
  triggers.bind('web', hello, async (event) => {
    if (event.on === 'http') methods.push(event.method);
    return text('hello');
  });
  const url = `${triggers.httpUrl()}/web/hello`;
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5', '']);
  const options = await fetch(url, { method: 'OPTIONS' });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  expect(methods).toEqual(['GET']);
});

test('a page of another site reaches no guest, whatever name it made lead here', async () => {
  const triggers = await start(HTTP);
  let calls = 0;
  triggers.bind('web', hello, async () => {
    calls += 1;
    return text('secret');
  });
  const port = Number(new URL(triggers.httpUrl() ?? '').port);
  const ask = (headers: OutgoingHttpHeaders) =>
    new Promise<number>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: '/web/hello', headers };
      request(options, (response) => resolve(response.resume().statusCode ?? 0))
        .on('error', reject)
        .end();
    });
  expect(await ask({ host: `rebound.example:${port}` })).toBe(421);
  expect(await ask({ host: `localhost:${port}`, origin: 'http://evil.example' })).toBe(403);
  expect(calls).toBe(0);
  expect(await ask({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(200);
  expect(triggers.counters()).toMatchObject({ http_host_refused: 1, http_origin_refused: 1 });
});

test('a request that takes longer than its trigger allows is answered 504, and an app without an instance 503', async () => {
  const triggers = await start(HTTP);
  const slow = { on: 'http' as const, path: '/slow', methods: ['GET' as const], timeoutMs: 100 };
  triggers.bind('web', [slow], () => new Promise(() => {}));
  const late = await fetch(`${triggers.httpUrl()}/web/slow`);
  expect(late.status).toBe(504);
  expect(await late.json()).toMatchObject({ code: 'wall_limit' });
  triggers.pause('web');
  const away = await fetch(`${triggers.httpUrl()}/web/slow`);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await away.json()).toMatchObject({ code: 'unavailable' });
});
