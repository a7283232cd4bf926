import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A real OpenID Connect provider on a loopback port. Whoever comes by signs in as `person` and agrees to everything at once. */
export interface TestProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in next, and what is claimed of them. */
  person: { readonly sub: string; readonly claims: Readonly<Record<string, unknown>> };
  /** The one place that the client may be sent back to. */
  allow(callbackUrl: string): void;
  stop(): Promise<void>;
}

const LIFE_S = 3_600;
const CLIENT = { clientId: 'wherry', clientSecret: 'a secret of the client that is long enough' };

export async function startOidcProvider(): Promise<TestProvider> {
  let provider: Provider | null = null;
  const http = createServer((request, response) => void answer(request, response));
  http.listen({ host: '127.0.0.1', port: 0 });
  await once(http, 'listening');
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const running: TestProvider = {
    ...CLIENT,
    issuer,
    person: { sub: 'nobody', claims: {} },
    allow(callbackUrl) {
      provider = createProvider(issuer, callbackUrl, () => running.person.claims);
    },
    async stop() {
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
  return running;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!provider) return void response.writeHead(503).end();
    if (!request.url?.startsWith('/interaction/')) return void provider.callback()(request, response);
    const { prompt, params, grantId } = await provider.interactionDetails(request, response);
    const accountId = running.person.sub;
    if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId, remember: false } });
      return;
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId, clientId: String(params.client_id) });
    grant?.addOIDCScope(String(params.scope));
    await provider.interactionFinished(request, response, { consent: { grantId: (await grant?.save()) ?? '' } });
  }
}

function createProvider(
  issuer: string,
  callbackUrl: string,
  claims: () => Readonly<Record<string, unknown>>,
): Provider {
  const client = { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [callbackUrl] };
  return new Provider(issuer, {
    clients: [{ ...client, response_types: ['code'], grant_types: ['authorization_code'] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    scopes: ['openid', 'profile'],
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    // Left out, each is remarked on at the console.
    ttl: { Grant: LIFE_S, Session: LIFE_S, Interaction: LIFE_S, AccessToken: LIFE_S, IdToken: LIFE_S },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims() }) }),
  });
}
