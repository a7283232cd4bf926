import { createHash } from 'node:crypto';
import { originOfRegistry, parseRegistryChallenge, tokenUrl } from '@wherry/protocol';
import { CliFailure, EXIT, refused } from '../failure.ts';
import type { OciReference } from './reference.ts';

/**
 * What this program needs of an OCI registry (distribution specification 1.1): blobs and manifests of one repository, in and out, with
 * a token or a password. Whatever comes is checked against the digest that it was asked by.
 */
export interface Registry {
  pushBlob(bytes: Uint8Array): Promise<string>;
  pullBlob(digest: string, maxBytes: number): Promise<Buffer>;
  /** Answers whether the registry keeps the list of referrers by itself. */
  pushManifest(reference: string, type: string, bytes: Uint8Array): Promise<boolean>;
  /** By digest or tag; null when there is none. */
  pullManifest(reference: string, accept: string): Promise<Buffer | null>;
  pullReferrers(digest: string): Promise<Buffer | null>;
}

const MANIFEST_BYTES = 4 * 1024 * 1024;
const TOKEN_BYTES = 64 * 1024;
const TIMEOUT_MS = 120_000;

export function openRegistry({ host, repository }: OciReference, credentials: string | null): Registry {
  const origin = originOfRegistry(host);
  const base = `${origin}/v2/${repository}`;
  let authorization: string | null = null;

  async function send(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const ask = () => {
      const headers = new Headers(init.headers);
      // An upload may be sent elsewhere: what belongs to the registry does not go there.
      if (authorization !== null && new URL(url).origin === origin) headers.set('authorization', authorization);
      return reach(host, () => fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }));
    };
    const answer = await ask();
    if (answer.status !== 401) return answer;
    await answer.body?.cancel();
    authorization = await authorize(answer.headers.get('www-authenticate'));
    return ask();
  }

  async function authorize(header: string | null): Promise<string> {
    const challenge = parseRegistryChallenge(header);
    const basic = credentials === null ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (challenge?.scheme === 'basic' && basic !== null) return basic;
    const url = challenge && tokenUrl(challenge, host, `repository:${repository}:pull,push`);
    if (url === null)
      throw refused('unauthenticated', `${host} asks for a password: log in with "docker login ${host}"`);
    const answer = await reach(host, () => fetch(url, { headers: basic === null ? {} : { authorization: basic } }));
    const body = answer.ok ? JSON.parse((await readAtMost(answer, TOKEN_BYTES, 'a token')).toString()) : {};
    const token: unknown = body.token ?? body.access_token;
    if (typeof token !== 'string')
      throw refused('unauthenticated', `${host} gives no token for ${repository}: log in with "docker login ${host}"`);
    return `Bearer ${token}`;
  }

  async function pull(url: string, accept: string, maxBytes: number): Promise<Buffer | null> {
    const answer = await send(url, { headers: { accept } });
    if (answer.status === 404) return null;
    if (!answer.ok) throw await unexpected(host, answer, `read ${url}`);
    return readAtMost(answer, maxBytes, url);
  }

  return {
    async pushBlob(bytes) {
      const digest = digestOf(bytes);
      const known = await send(`${base}/blobs/${digest}`, { method: 'HEAD' });
      if (known.ok) return digest;
      const begun = await send(`${base}/blobs/uploads/`, { method: 'POST' });
      const location = begun.headers.get('location');
      if (begun.status !== 202 || location === null)
        throw await unexpected(host, begun, `begin an upload to ${repository}`);
      const to = new URL(location, `${base}/blobs/uploads/`);
      to.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      const done = await send(to, { method: 'PUT', headers, body: new Uint8Array(bytes) });
      if (done.status !== 201) throw await unexpected(host, done, `upload ${digest}`);
      return digest;
    },
    async pullBlob(digest, maxBytes) {
      const bytes = await pull(`${base}/blobs/${digest}`, '*/*', maxBytes);
      if (bytes === null) throw refused('blob_missing', `${host}/${repository} has no blob ${digest}`);
      return checked(bytes, digest);
    },
    async pushManifest(reference, type, bytes) {
      const init = { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(bytes) };
      const done = await send(`${base}/manifests/${reference}`, init);
      if (done.status !== 201) throw await unexpected(host, done, `write the manifest ${reference}`);
      return done.headers.has('oci-subject');
    },
    async pullManifest(reference, accept) {
      const bytes = await pull(`${base}/manifests/${reference}`, accept, MANIFEST_BYTES);
      return bytes !== null && reference.startsWith('sha256:') ? checked(bytes, reference) : bytes;
    },
    pullReferrers: (digest) =>
      pull(`${base}/referrers/${digest}`, 'application/vnd.oci.image.index.v1+json', MANIFEST_BYTES),
  };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function checked(bytes: Buffer, digest: string): Buffer {
  const found = digestOf(bytes);
  if (found !== digest) throw refused('digest_mismatch', `the registry sent ${found} in the place of ${digest}`);
  return bytes;
}

async function readAtMost(answer: Response, maxBytes: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw refused('payload_too_large', `${what} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function reach(host: string, ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? String(error);
    const message = `the registry ${host} does not answer (${cause}): is its name right?`;
    throw new CliFailure(EXIT.unreachable, [{ code: 'unavailable', message }]);
  }
}

async function unexpected(host: string, answer: Response, doing: string): Promise<CliFailure> {
  await answer.body?.cancel();
  const code = answer.status === 401 ? 'unauthenticated' : answer.status === 403 ? 'forbidden' : 'unavailable';
  return refused(code, `${doing}: the registry ${host} answered ${answer.status}`);
}
