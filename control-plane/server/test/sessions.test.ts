import { OPERATIONS, problemDocument, type Session } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../src/config/limits.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { ask } from './support/tls-client.ts';

/** Signing in over HTTP: cookies, passwords, lock-out. */
const PASSWORD = 'moths in the relay';
const TRIES_MAX = 200;
const JSON_TYPE = { 'content-type': 'application/json' };
type Headers = Record<string, string>;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ https: { host: '127.0.0.1', port: 0 } });
  for (const name of ['grace', 'ada'])
    await server.admin.call(OPERATIONS.createUser, { body: { name, role: 'operator', password: PASSWORD } });
});
afterAll(() => server.remove());

function signIn(body: object, headers: Headers = {}): Promise<Response> {
  const init = { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
  return server.fetch('/api/v1/session', init);
}
const cookieOf = (answer: Response, name = 'wherry_session') =>
  answer.headers
    .getSetCookie()
    .find((text) => text.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';
const codeOf = async (answer: Response) => problemDocument.parse(await answer.json()).code;
const whoWith = (headers: Headers) => server.fetch('/api/v1/session', { headers });
/** Waits become longer than the time between two tries, whatever the machine does meanwhile. */
async function untilSlowed(attempt: () => Promise<Response>): Promise<Response> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const answer = await attempt();
    if (answer.status === 429) return answer;
  }
  throw new Error(`${TRIES_MAX} tries were not slowed down`);
}

describe('a session', () => {
  const own = { origin: '' };
  beforeAll(() => {
    own.origin = server.httpUrl;
  });
  const cookie = async () => cookieOf(await signIn({ token: server.adminToken }, own));
  const newToken = (headers: Headers) =>
    server.fetch('/api/v1/claim-tokens', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: '{}' });

  it('is a cookie that no script and no other site can use, and not what opened it', async () => {
    const answer = await signIn({ token: server.adminToken });
    expect(answer.status).toBe(200);
    const session = (await answer.json()) as Session & { token?: string };
    expect(session).toMatchObject({ tenant: 'default', role: 'admin', scopes: null, kind: 'token' });
    expect(session.token).toBeUndefined();
    const set = answer.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(set).toContain(part);
    expect(set).not.toContain('Secure');
    expect(set).not.toContain(server.adminToken);
  });

  it('is bound to this host over TLS', async () => {
    const secured = { 'x-forwarded-proto': 'https' };
    const answer = await signIn({ token: server.adminToken }, secured);
    const set = answer.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^__Host-wherry_session=/);
    for (const part of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) expect(set).toContain(part);
    expect(set).not.toContain('Domain');
    const held = { cookie: cookieOf(answer, '__Host-wherry_session') };
    expect((await whoWith({ ...held, ...secured })).status).toBe(200);
    // What another host of the domain could plant counts for nothing.
    const planted = { cookie: await cookie(), ...secured };
    expect((await whoWith(planted)).status).toBe(401);
  });

  it('is so on a listener with TLS of our own too', async () => {
    const https = server.httpsUrl ?? '';
    const ca = server.context.authority?.certificatePem ?? '';
    const url = `${https}/api/v1/session`;
    const opened = await ask(
      url,
      { ca },
      { method: 'POST', headers: { origin: https }, json: { token: server.adminToken } },
    );
    expect(opened.cookies).toEqual([expect.stringMatching(/^__Host-wherry_session=.*; Secure/)]);
    const cookie = opened.cookies[0]?.split(';')[0] ?? '';
    expect((await ask(url, { ca }, { headers: { cookie } })).status).toBe(200);
  });

  it('carries requests of the own pages, and no others', async () => {
    const held = { cookie: await cookie() };
    expect((await whoWith(held)).status).toBe(200);
    expect((await newToken({ ...held, ...own })).status).toBe(201);
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', ...own },
    ]) {
      const answer = await newToken({ ...held, ...headers } as Headers);
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'forbidden']);
    }
  });

  it('is not opened from another site', async () => {
    const answer = await signIn({ token: server.adminToken }, { origin: 'https://evil.example' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it('is another one after each sign-in, and the one of before has ended', async () => {
    const first = await cookie();
    const second = cookieOf(await signIn({ token: server.adminToken }, { cookie: first, ...own }));
    expect(second).not.toBe(first);
    expect((await whoWith({ cookie: first })).status).toBe(401);
    expect((await whoWith({ cookie: second })).status).toBe(200);
  });

  it('ends at the server when it is closed, and when its token is revoked', async () => {
    const held = await cookie();
    const closed = await server.fetch('/api/v1/session', { method: 'DELETE', headers: { cookie: held, ...own } });
    expect([closed.status, closed.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await whoWith({ cookie: held })).status).toBe(401);
    const made = await server.admin.call(OPERATIONS.createOperatorToken, { body: { name: 'short', role: 'viewer' } });
    const short = { cookie: cookieOf(await signIn({ token: made.token })) };
    expect((await whoWith(short)).status).toBe(200);
    await server.admin.call(OPERATIONS.removeOperatorToken, { params: { id: made.id } });
    expect((await whoWith(short)).status).toBe(401);
  });

  it('of a program is a bearer, without a cookie', async () => {
    const answer = await signIn({ user: 'grace', password: PASSWORD, as: 'bearer' });
    const { token = '' } = (await answer.json()) as { token?: string };
    expect(cookieOf(answer)).toBe('');
    const grace = server.clientFor(token);
    expect(await grace.call(OPERATIONS.getSession, {})).toMatchObject({ operator: 'grace', kind: 'password' });
    await grace.call(OPERATIONS.closeSession, {});
    await expect(grace.call(OPERATIONS.getSession, {})).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });
  });

  it('of a program ends with its password, and leaves none behind that nobody holds', async () => {
    const { token = '' } = (await (await signIn({ user: 'grace', password: PASSWORD, as: 'bearer' })).json()) as {
      token?: string;
    };
    const body = { current: PASSWORD, next: 'a nanosecond of wire' };
    await server.clientFor(token).call(OPERATIONS.changePassword, { body });
    const { items } = await server.admin.call(OPERATIONS.listUsers, {});
    expect(items.find(({ name }) => name === 'grace')?.sessions).toBe(0);
    await server.admin.call(OPERATIONS.setUserPassword, { params: { name: 'grace' }, body: { password: PASSWORD } });
  });

  it('ends everywhere, and goes on in another one when the password changes', async () => {
    const here = cookieOf(await signIn({ user: 'grace', password: PASSWORD }, own));
    const there = cookieOf(await signIn({ user: 'grace', password: PASSWORD }));
    const next = 'a nanosecond of wire';
    const change = (current: string) =>
      server.fetch('/api/v1/session/password', {
        method: 'POST',
        headers: { ...JSON_TYPE, ...own, cookie: here },
        body: JSON.stringify({ current, next }),
      });
    expect(await codeOf(await change('wrong'))).toBe('invalid_body');
    const changed = await change(PASSWORD);
    expect(changed.status).toBe(204);
    const goesOn = cookieOf(changed);
    const known = (await Promise.all([here, there, goesOn].map((each) => whoWith({ cookie: each })))).map(
      ({ status }) => status,
    );
    expect(known).toEqual([401, 401, 200]);
    const ended = await server.fetch('/api/v1/sessions', { method: 'DELETE', headers: { ...own, cookie: goesOn } });
    expect([ended.status, (await whoWith({ cookie: goesOn })).status]).toEqual([204, 401]);
    await server.admin.call(OPERATIONS.setUserPassword, { params: { name: 'grace' }, body: { password: PASSWORD } });
    const { items } = await server.admin.call(OPERATIONS.listAudit, { query: { limit: 50 } });
    const actions = items.map(({ action }) => action);
    for (const action of ['sign_in', 'change_password', 'close_sessions']) expect(actions).toContain(action);
    expect(JSON.stringify(items)).not.toContain(next);
  });
});

describe('guessing', () => {
  it('tokens is answered more slowly, and never keeps a right one out', async () => {
    const from = { 'x-forwarded-for': '192.0.2.77' };
    const burst = SERVER_LIMITS.failuresPerAddressBurst;
    const guess = () => signIn({ token: 'wop1.guess' }, from);
    for (let tries = 0; tries < burst; tries += 1) expect((await guess()).status).toBe(401);
    const slowed = await untilSlowed(guess);
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn({ token: server.adminToken }, from)).status).toBe(200);
    expect((await whoWith({ ...from, authorization: `Bearer ${server.adminToken}` })).status).toBe(200);
    expect((await signIn({ token: 'wop1.guess' }, { 'x-forwarded-for': '192.0.2.78' })).status).toBe(401);
  });

  it('a password is slowed down, says for how long, and spares the browser that is known', async () => {
    const right = { user: 'ada', password: PASSWORD };
    const first = await signIn(right, { 'x-forwarded-for': '198.51.100.1' });
    const known = { cookie: cookieOf(first, 'wherry_known'), 'x-forwarded-for': '203.0.113.9' };
    const from = { 'x-forwarded-for': '203.0.113.9' };
    const free = SERVER_LIMITS.passwordAttempts.own.freeFailures;
    const guess = () => signIn({ user: 'ada', password: 'a guess' }, from);
    for (let tries = 0; tries < free; tries += 1) expect((await guess()).status).toBe(401);
    const slowed = await untilSlowed(guess);
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn(right, known)).status).toBe(200);
    expect((await signIn(right, { 'x-forwarded-for': '198.51.100.2' })).status).toBe(200);
  });

  it('says the same of a user that is not there', async () => {
    const from = { 'x-forwarded-for': '198.51.100.50' };
    const answers = [
      await signIn({ user: 'grace', password: 'wrong' }, from),
      await signIn({ user: 'nobody', password: 'wrong' }, from),
      await signIn({ user: 'grace', tenant: 'rival', password: PASSWORD }, from),
    ];
    const said = await Promise.all(answers.map(async (answer) => problemDocument.parse(await answer.json())));
    expect(new Set(said.map(({ code, detail }) => `${code} ${detail}`)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });
});

describe('a token with scopes', () => {
  it('reaches what they name and nothing else', async () => {
    const body = { name: 'watch', role: 'admin', scopes: ['rollouts:read'] } as const;
    const made = await server.admin.call(OPERATIONS.createOperatorToken, {
      body: { ...body, scopes: [...body.scopes] },
    });
    const reached = async (path: string) => (await server.fetch(path, { token: made.token })).status;
    expect(await reached('/api/v1/rollouts')).toBe(200);
    expect(await reached('/api/v1/session')).toBe(200);
    for (const path of ['/api/v1/devices', '/api/v1/users', '/api/v1/audit', '/api/v1/devices/pi-1/logs'])
      expect([path, await reached(path)]).toEqual([path, 403]);
    const digest = `sha256:${'0'.repeat(64)}`;
    const put = await server.fetch(`/api/v1/blobs/${digest}`, { method: 'PUT', body: 'x', token: made.token });
    expect(put.status).toBe(403);
  });
});
