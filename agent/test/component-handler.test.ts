import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { componentOfModule } from '@wherry/guest-sdk/component-tools';
import type { Trigger } from '@wherry/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Instance } from '../src/runtimes/port.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { workload } from '../src/runtimes/testing/workload.ts';
import { folder } from './wasm/compile.ts';
import { runtime, start } from './wasm/start.ts';

/** `wasi:http/incoming-handler` behind http triggers, with a handler in C that speaks the canonical ABI by hand. */
const component = join(folder, 'handler.component.wasm');
const triggers: Trigger[] = [{ on: 'http', path: '/', methods: ['GET', 'POST'] }];

beforeAll(async () => {
  const here = (name: string) => resolve(import.meta.dirname, 'wasm', name);
  const module = join(folder, 'handler.core.wasm');
  const flags = ['--target=wasm32-wasi', '-O1', '-Wall', '-nostdlib', '-Wl,--no-entry'];
  execFileSync('clang', [...flags, here('handler.c'), '-o', module], { env: { PATH: '/usr/bin:/bin' } });
  writeFileSync(component, await componentOfModule(readFileSync(module), readFileSync(here('handler.wit'), 'utf8')));
}, 60_000);

async function call(instance: Instance, path: string, query = '', body = '') {
  const headers = { 'x-ask': 'why?' };
  const outcome = await instance.call({ on: 'http', method: 'POST', path, query, headers, body: Buffer.from(body) });
  if (!outcome.ok) return outcome.problems[0]?.code;
  const { status, headers: answered, body: bytes } = outcome.value.answer ?? { status: 0, headers: {}, body: [] };
  return { status, headers: { ...answered }, body: Buffer.from(bytes).toString() };
}

describe('a handler of requests', () => {
  it('gets method, path, headers and body, and answers with status, headers and body', async () => {
    const { instance } = await start(component, { abi: 'component', triggers });
    const answer = { status: 207, headers: { 'x-made-by': 'hand' }, body: '2 /a/b?c=d why? ping' };
    expect(await call(instance, '/a/b', 'c=d', 'ping')).toEqual(answer);
    expect(await call(instance, '/a/b', 'c=d', 'ping')).toEqual(answer);
    const long = 'x'.repeat(200_000);
    expect(await call(instance, '/', '', long)).toMatchObject({ body: `2 / why? ${long}` });
  });

  it.each(['/silent', '/refuse', '/twice', '/unfinished'])('that does %s fails, and is called again', async (path) => {
    const { instance } = await start(component, { abi: 'component', triggers });
    expect(await call(instance, path)).toBe('guest_error');
    expect(await call(instance, '/ok')).toMatchObject({ status: 207 });
  });

  it('asks other servers as far as it was granted', async () => {
    const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const capabilities = { http: { allow: [`http://127.0.0.1:${port}/open`] } };
    const { instance } = await start(component, { abi: 'component', triggers, capabilities });
    const fetch = (target: string) => call(instance, '/fetch', `127.0.0.1:${port}${target}`);
    expect(await fetch('/open/door')).toMatchObject({ body: '200 you asked for /open/door' });
    // 15 is HTTP-request-denied.
    expect(await fetch('/closed')).toMatchObject({ body: 'error 15' });
    const { instance: bare } = await start(component, { abi: 'component', triggers });
    expect(await call(bare, '/fetch', `127.0.0.1:${port}/open`)).toMatchObject({ body: 'error 15' });
  });

  it('runs as many requests at once as its trigger says', async () => {
    const waiting: (() => void)[] = [];
    // Answers nobody before two have asked.
    const server = createServer((_, response) => {
      waiting.push(() => response.end('both'));
      if (waiting.length === 2) for (const answer of waiting) answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { instance } = await start(component, {
      abi: 'component',
      triggers: [{ on: 'http', path: '/fetch', methods: ['POST'], concurrency: 2 }],
      capabilities: { http: { allow: [`http://127.0.0.1:${port}`] } },
      limits: { wallMs: 15_000 },
    });
    const fetch = () => call(instance, '/fetch', `127.0.0.1:${port}/`);
    expect(await Promise.all([fetch(), fetch()])).toMatchObject([{ body: '200 both' }, { body: '200 both' }]);
  });

  it('is refused for triggers that it has no code for', async () => {
    const spec = workload(component, { abi: 'component', triggers: [{ on: 'cron', schedule: '* * * * *' }] });
    expect(await runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'feature_refused' }] });
    expect(await runtime.start(spec, recordingHost())).toMatchObject({ ok: false });
  });
});
