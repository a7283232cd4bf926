import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, getSession, getSignIn, listUsers, openSession, PATHS } from '@wherry/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWanderer, type Wanderer } from './support/browse.ts';
import { startOidcProvider, type TestProvider } from './support/oidc-provider.ts';
import { startTestServer, type TestServer } from './support/start-test-server.ts';

/** Sign-in through a real OpenID Connect provider: what it confirms lets somebody in, and nothing else does. */
let provider: TestProvider;
let server: TestServer;
let folder: string;
let browser: Wanderer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-oidc-'));
  provider = await startOidcProvider();
  await writeFile(join(folder, 'secret'), provider.clientSecret);
  const settings = {
    name: 'Test ID',
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecretFile: 'secret',
    scopes: ['openid', 'profile'],
    roles: [
      { group: 'fleet', tenant: 'default', role: 'operator' },
      { group: 'boss', tenant: 'default', role: 'admin' },
      { group: 'fleet', tenant: 'north', role: 'viewer' },
    ],
  };
  await writeFile(join(folder, 'oidc.json'), JSON.stringify(settings));
  server = await startTestServer({ oidcFile: join(folder, 'oidc.json'), isProxyTrusted: false });
  provider.allow(server.httpUrl + PATHS.oidcCallback);
});
afterAll(async () => {
  await server?.remove();
  await provider?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  browser = createWanderer();
});

const person = (sub: string, name: string, groups: unknown) => {
  provider.person = { sub, claims: { preferred_username: name, groups } };
};
const start = (query = '') => `${server.httpUrl}${PATHS.oidcStart}${query}`;
const session = async () => {
  const cookie = [...browser.cookies(server.httpUrl)].map(([name, value]) => `${name}=${value}`).join('; ');
  return await server.fetch('/api/v1/session', { headers: { cookie } });
};
const atCallback = (url: URL) => url.origin === server.httpUrl && url.pathname === PATHS.oidcCallback;
const said = (url: URL) => url.searchParams.get('sign-in');

describe('a sign-in through the provider', () => {
  it('is offered to whoever is not signed in', async () => {
    const stranger = createClient({ origin: server.httpUrl });
    expect((await stranger.call(getSignIn, {})).oidc).toEqual({ name: 'Test ID' });
  });

  it('lets somebody in with the role of their groups, under their name', async () => {
    person('1', 'Grace', ['fleet', 'chess']);
    const { url } = await browser.go(start());
    expect([url.href, said(url)]).toEqual([`${server.httpUrl}/`, null]);
    expect(await (await session()).json()).toMatchObject({
      ...{ operator: 'grace', tenant: 'default', role: 'operator', kind: 'oidc', scopes: null },
    });
    expect([...browser.cookies(server.httpUrl).keys()]).toEqual(['wherry_session']);
  });

  it('takes the role from the provider anew each time', async () => {
    person('1', 'Grace', ['boss', 'fleet']);
    await browser.go(start());
    expect(await (await session()).json()).toMatchObject({ operator: 'grace', role: 'admin' });
    person('1', 'Grace Renamed', ['fleet']);
    await createWanderer().go(start());
    expect(await (await session()).json()).toMatchObject({ operator: 'grace', role: 'operator' });
    const { items } = await server.admin.call(listUsers, {});
    expect(items.map(({ name, source }) => [name, source])).toEqual([['grace', 'oidc']]);
  });

  it('goes to the tenant that was asked for, if its groups say so', async () => {
    person('2', 'ada', ['fleet']);
    await browser.go(start('?tenant=north'));
    expect(await (await session()).json()).toMatchObject({ operator: 'ada', tenant: 'north', role: 'viewer' });
  });

  it.each([
    ['is in none of the groups', ['chess'], ''],
    ['has no groups at all', undefined, ''],
    ['is in none of the tenant', ['boss'], '?tenant=north'],
  ])('lets nobody in who %s', async (_, groups, query) => {
    person('3', 'eve', groups);
    const { url } = await browser.go(start(query));
    expect(said(url)).toBe('forbidden');
    expect((await session()).status).toBe(401);
  });
});

describe('what did not come from the provider', () => {
  async function halfWay(): Promise<URL> {
    person('1', 'Grace', ['fleet']);
    return (await browser.go(start(), atCallback)).url;
  }

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['a code that was made up', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (url: URL) => url.searchParams.delete('code')],
    ['another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['an error', (url: URL) => url.searchParams.set('error', 'access_denied')],
  ])('%s opens no session', async (_, change) => {
    const url = await halfWay();
    change(url);
    expect(said((await browser.go(url.href)).url)).toBe('unauthenticated');
    expect((await session()).status).toBe(401);
  });

  it('an address that is opened in another browser opens no session there, nor twice', async () => {
    const url = await halfWay();
    const victim = createWanderer();
    expect(said((await victim.go(url.href)).url)).toBe('unauthenticated');
    expect(victim.cookies(server.httpUrl).has('wherry_session')).toBe(false);
    expect(said((await browser.go(url.href)).url)).toBe(null);
    expect(said((await browser.go(url.href)).url)).toBe('unauthenticated');
  });
});

describe('a program on the same machine', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const atProgram = (url: URL) => url.port === '4999';

  it('gets a session for the code that the browser brings, once', async () => {
    person('1', 'Grace', ['fleet']);
    const { url } = await browser.go(start(`?port=4999&challenge=${challenge}`), atProgram);
    expect(url.hostname).toBe('127.0.0.1');
    expect((await session()).status).toBe(401);
    const code = url.searchParams.get('code') ?? '';
    const anonymous = createClient({ origin: server.httpUrl });
    const { token = '' } = await anonymous.call(openSession, { body: { code, verifier, as: 'bearer' } });
    const grace = createClient({ origin: server.httpUrl, token });
    expect(await grace.call(getSession, {})).toMatchObject({ operator: 'grace', kind: 'oidc' });
    await expect(anonymous.call(openSession, { body: { code, verifier } })).rejects.toMatchObject({
      problem: { code: 'unauthenticated' },
    });
  });

  it.each(['?port=4999', `?challenge=${challenge}`, `?port=80&challenge=${challenge}`, '?port=4999&challenge=short'])(
    'is refused with %s',
    async (query) => expect((await fetch(start(query), { redirect: 'manual' })).status).toBe(400),
  );
});

it('a provider that is away is said so, and asked again later', async () => {
  const settings = {
    issuer: 'http://127.0.0.1:9',
    clientId: 'x',
    roles: [{ group: 'a', tenant: 'default', role: 'viewer' }],
  };
  await writeFile(join(folder, 'away.json'), JSON.stringify(settings));
  const lonely = await startTestServer({ oidcFile: join(folder, 'away.json') });
  for (let tries = 0; tries < 2; tries += 1)
    expect(said((await browser.go(lonely.httpUrl + PATHS.oidcStart)).url)).toBe('unavailable');
  expect((await lonely.fetch('/healthz')).status).toBe(200);
  await lonely.remove();
});
