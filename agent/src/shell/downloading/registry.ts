import { originOfRegistry, parseRegistryChallenge, tokenUrl } from '@wherry/protocol';
import type { HttpClient } from '../../link/http-client.ts';
import { type HttpAnswer, HttpError } from '../../link/http-message.ts';
import { readBounded } from '../../link/read-bounded.ts';
import type { Effects } from '../effects.ts';
import type { DownloadConfig } from './config.ts';
import type { SourceRequest } from './source.ts';

/**
 * A blob of an OCI registry: with a password or a token where it asks for one. Registries send readers on to where they store;
 * the authorization stays with the origin that it was meant for.
 */
export async function fetchFromRegistry(
  { repository: place, username, password }: DownloadConfig['registries'][number],
  digest: string,
  { headers, signal }: SourceRequest,
  client: HttpClient,
  effects: Effects,
): Promise<HttpAnswer> {
  const [host = '', ...path] = place.split('/');
  const repository = path.join('/');
  const url = `${originOfRegistry(host)}/v2/${repository}/blobs/${digest}`;
  const ask = (authorization?: string) =>
    effects.run('http.get', () => follow(client, url, headers, authorization, signal));
  const answer = await ask();
  const challenge = answer.status === 401 ? parseRegistryChallenge(answer.headers.get('www-authenticate')) : null;
  if (challenge === null) return answer;
  const basic = username && password ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
  const authorization =
    challenge.scheme === 'basic'
      ? basic
      : await askToken(tokenUrl(challenge, host, `repository:${repository}:pull`), basic, signal, client, effects);
  if (authorization === undefined) return answer;
  answer.discard();
  return ask(authorization);
}

const REDIRECTS_MAX = 5;

async function follow(
  client: HttpClient,
  from: string,
  headers: Readonly<Record<string, string>>,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const home = new URL(from);
  let url = home;
  for (let followed = 0; ; followed += 1) {
    const isHome = url.origin === home.origin;
    const answer = await client.request(url, {
      headers: { ...headers, ...(authorization && isHome ? { authorization } : {}) },
      redirect: 'answer',
      signal,
    });
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status > 399 || location === null) return answer;
    answer.discard();
    const next = URL.parse(location, url.href);
    const isLessSafe = url.protocol === 'https:' && next?.protocol !== 'https:';
    if (next === null || isLessSafe || followed >= REDIRECTS_MAX)
      throw new HttpError(`${url.origin} redirects to ${location}, which is not followed`);
    url = next;
  }
}

const TOKEN_BYTES = 64 * 1024;

async function askToken(
  url: URL | null,
  basic: string | undefined,
  signal: AbortSignal,
  client: HttpClient,
  effects: Effects,
) {
  if (url === null) return undefined;
  const headers = basic === undefined ? {} : { authorization: basic };
  const answer = await effects.run('http.get', () => client.request(url, { headers, signal }));
  const isGiven = answer.status === 200;
  const text = isGiven ? await readBounded(answer, TOKEN_BYTES) : null;
  if (!isGiven) answer.discard();
  const { token, access_token } = text ? (JSON.parse(text) as { token?: unknown; access_token?: unknown }) : {};
  const given = token ?? access_token;
  return typeof given === 'string' ? `Bearer ${given}` : undefined;
}
