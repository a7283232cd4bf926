import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ClaimRequest, claimRequest, PATHS } from '@wherry/protocol';
import { afterEach, expect, test } from 'vitest';
import { type ClaimOptions, claim } from '../src/claim/claim.ts';
import { makeReportKey, reportKeyFromPrivate } from '../src/claim/report-key.ts';

const keyPair = makeReportKey();
const IDENTITY = {
  tenant: 'default',
  device: 'pi-7',
  secret: 's'.repeat(43),
  mqttUrl: 'mqtt://127.0.0.1:1883',
};
let stop: (() => Promise<void>) | undefined;

afterEach(async () => {
  await stop?.();
  stop = undefined;
});

type Answer = (response: ServerResponse, request: ClaimRequest) => void;

async function serve(answer: Answer): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST' || request.url !== PATHS.claim) return response.writeHead(404).end();
    answer(response, claimRequest.parse(JSON.parse(Buffer.concat(chunks).toString())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(status: number, body: unknown): Answer {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function options(serverUrl: string, more: Partial<ClaimOptions> = {}): ClaimOptions {
  return { serverUrl, token: 'wct1.abc', target: 'raspberry-pi-4', keyPair, boot: 'a'.repeat(32), ...more };
}

async function codeOf(work: ReturnType<typeof claim>): Promise<string | undefined> {
  const outcome = await work;
  return outcome.ok ? undefined : outcome.problems[0]?.code;
}

test('a token and a key buy an identity', async () => {
  let asked: ClaimRequest | undefined;
  const url = await serve((response, request) => {
    asked = request;
    json(201, IDENTITY)(response, request);
  });
  const outcome = await claim(options(`${url}/`, { device: 'pi-7', labels: { site: 'oslo' }, token: ' wct1.abc\n' }));
  expect(outcome).toEqual({
    ok: true,
    value: { ...IDENTITY, serverUrl: url, reportPrivateKey: keyPair.privateKey },
  });
  expect(asked).toMatchObject({
    token: 'wct1.abc',
    device: 'pi-7',
    labels: { site: 'oslo' },
    arch: process.arch,
    reportKey: keyPair.publicKey,
  });
  expect(JSON.stringify(asked)).not.toContain(keyPair.privateKey);
});

test('an answer that was lost is asked for again with the same token and key', async () => {
  const keys: string[] = [];
  const url = await serve((response, request) => {
    keys.push(request.reportKey);
    if (keys.length === 1) response.destroy();
    else json(201, IDENTITY)(response, request);
  });
  expect(await codeOf(claim(options(url)))).toBe('unavailable');
  const kept = reportKeyFromPrivate(keyPair.privateKey);
  expect((await claim(options(url, { keyPair: kept }))).ok).toBe(true);
  expect(new Set(keys).size).toBe(1);
});

test.each(['claim_token_invalid', 'claim_token_used', 'claim_token_expired', 'already_exists', 'rate_limited'])(
  'the server answers %s: the code and its sentence come through',
  async (code) => {
    const problem = { type: 'about:blank', title: 'No', status: 409, detail: 'ask for a new token', code };
    const outcome = await claim(options(await serve(json(409, problem))));
    expect(outcome).toEqual({ ok: false, problems: [{ code, message: 'ask for a new token' }] });
  },
);

test.each<[string, Answer, string]>([
  ['a page of a router', (response) => void response.writeHead(200).end('<html>welcome</html>'), 'invalid_message'],
  ['an identity with something more', json(201, { ...IDENTITY, more: 1 }), 'invalid_message'],
  ['a short secret', json(201, { ...IDENTITY, secret: 'x' }), 'invalid_message'],
  ['a device name that is a path', json(201, { ...IDENTITY, device: '../../etc' }), 'invalid_message'],
  ['a broker that is not MQTT', json(201, { ...IDENTITY, mqttUrl: 'file:///etc/passwd' }), 'invalid_message'],
  ['an endless body', (response) => void response.writeHead(201).end('x'.repeat(1_000_000)), 'invalid_message'],
  ['404 without a reason', (response) => void response.writeHead(404).end('no'), 'invalid_message'],
  ['502 of a proxy', (response) => void response.writeHead(502).end('bad gateway'), 'unavailable'],
  [
    'a redirect to elsewhere',
    (response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/steal' }).end(),
    'unavailable',
  ],
  ['silence', () => {}, 'unavailable'],
])('%s is no identity', async (_, answer, code) => {
  expect(await codeOf(claim(options(await serve(answer), { timeoutMs: 500 })))).toBe(code);
});

test('a server that is not there is named, with what to do', async () => {
  const url = await serve(json(201, IDENTITY));
  await stop?.();
  stop = undefined;
  const outcome = await claim(options(url));
  if (outcome.ok) throw new Error('nobody is there');
  expect(outcome.problems[0]).toMatchObject({ code: 'unavailable' });
  expect(outcome.problems[0]?.message).toContain('ECONNREFUSED');
});

test.each<[string, Partial<ClaimOptions>]>([
  ['a token of another kind', { token: 'wop1.abc' }],
  ['a target that is not a name', { target: 'Raspberry Pi' }],
  ['a label that is not a name', { labels: { site: 'a b' } }],
  ['a server without a scheme', { serverUrl: 'control.example' }],
  ['a server of another scheme', { serverUrl: 'file:///etc/passwd' }],
])('%s is refused before anything is sent', async (_, wrong) => {
  let requests = 0;
  const url = await serve((response, request) => {
    requests += 1;
    json(201, IDENTITY)(response, request);
  });
  expect(await codeOf(claim(options(url, wrong)))).toBe('invalid_body');
  expect(requests).toBe(0);
});
