import { originOfRegistry, parseRegistryChallenge, tokenUrl } from '@wherry/protocol';
import { readBounded } from '../../link/read-bounded.ts';
import type { Effects } from '../effects.ts';
import type { DownloadConfig } from './config.ts';
import type { SourceRequest } from './source.ts';

/**
 * A blob of an OCI registry: with a password or a token where it asks for one. Registries send readers on to where they store; the
 * platform's fetch takes the authorization off when that is another origin.
 */
export async function fetchFromRegistry(
  { repository: place, username, password }: DownloadConfig['registries'][number],
  digest: string,
  { headers, signal }: SourceRequest,
  effects: Effects,
): Promise<Response> {
  const [host = '', ...path] = place.split('/');
  const repository = path.join('/');
  const url = `${originOfRegistry(host)}/v2/${repository}/blobs/${digest}`;
  const ask = (authorization?: string) =>
    effects.run('http.get', () =>
      fetch(url, {
        headers: { 'accept-encoding': 'identity', ...headers, ...(authorization && { authorization }) },
        signal,
      }),
    );
  const answer = await ask();
  const challenge = answer.status === 401 ? parseRegistryChallenge(answer.headers.get('www-authenticate')) : null;
  if (challenge === null) return answer;
  const basic = username && password ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
  const authorization =
    challenge.scheme === 'basic'
      ? basic
      : await askToken(tokenUrl(challenge, host, `repository:${repository}:pull`), basic, signal, effects);
  if (authorization === undefined) return answer;
  await answer.body?.cancel();
  return ask(authorization);
}

const TOKEN_BYTES = 64 * 1024;

async function askToken(url: URL | null, basic: string | undefined, signal: AbortSignal, effects: Effects) {
  if (url === null) return undefined;
  const headers = basic === undefined ? {} : { authorization: basic };
  const answer = await effects.run('http.get', () => fetch(url, { headers, redirect: 'error', signal }));
  const text = answer.ok ? await readBounded(answer, TOKEN_BYTES) : null;
  if (!answer.ok) await answer.body?.cancel();
  const { token, access_token } = text ? (JSON.parse(text) as { token?: unknown; access_token?: unknown }) : {};
  const given = token ?? access_token;
  return typeof given === 'string' ? `Bearer ${given}` : undefined;
}
