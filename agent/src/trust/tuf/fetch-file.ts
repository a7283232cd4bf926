import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { HttpAnswer } from '../../link/http-message.ts';
import { FETCH_BOUNDS, type FetchBounds } from './bounds.ts';
import type { MetadataSource } from './metadata-source.ts';
import type { FileAnswer, FileRequest } from './steps.ts';

/**
 * One file from a stranger: never more bytes than it may have, never slower than a rate, never for longer than a time, from no other
 * origin, as it is and not compressed. A connection that breaks is taken up again where it broke. Nothing that was read is believed.
 * Codes: endless_data, slow_retrieval, foreign_redirect, encoding_refused, download_failed.
 */
export async function fetchFile(
  source: MetadataSource,
  { name, mostBytes }: FileRequest,
  signal: AbortSignal,
  bounds: FetchBounds = FETCH_BOUNDS,
): Promise<FileAnswer> {
  const parts: Uint8Array[] = [];
  const beganMs = performance.now();
  const tooSlow = new AbortController();
  const pace = { receivedBytes: 0 };
  const timer = setInterval(
    () => {
      if (isTooSlow(performance.now() - beganMs, pace.receivedBytes, bounds)) tooSlow.abort();
    },
    Math.max(5, Math.min(500, bounds.graceMs / 4)),
  );
  const either = AbortSignal.any([signal, tooSlow.signal]);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await read(source, name, mostBytes, parts, pace, either, bounds);
      } catch (error) {
        if (tooSlow.signal.aborted) return refuse('slow_retrieval', `${name} came too slowly`);
        if (signal.aborted || attempt >= bounds.attempts)
          return refuse('download_failed', `fetch ${name}: ${reasonOf(error)}`);
      }
    }
  } finally {
    clearInterval(timer);
  }
}

function isTooSlow(elapsedMs: number, receivedBytes: number, bounds: FetchBounds): boolean {
  if (elapsedMs > bounds.totalMs) return true;
  return elapsedMs > bounds.graceMs && receivedBytes < (bounds.minBytesPerSecond * elapsedMs) / 1000;
}

async function read(
  source: MetadataSource,
  name: string,
  mostBytes: number,
  parts: Uint8Array[],
  pace: { receivedBytes: number },
  signal: AbortSignal,
  bounds: FetchBounds,
): Promise<FileAnswer> {
  const haveBytes = pace.receivedBytes;
  const answer = await ask(source, name, haveBytes, signal, bounds);
  if (!answer.ok) return answer;
  const response = answer.value;
  const verdict = judge(response, name, haveBytes);
  if (verdict !== 'read') {
    response.discard();
    if (verdict !== 'restart') return verdict;
  }
  if (verdict === 'restart' || response.status === 200) {
    parts.length = 0;
    pace.receivedBytes = 0;
  }
  if (verdict === 'restart') throw new Error('the server cannot go on where it stopped');
  for await (const chunk of response.body) {
    if (pace.receivedBytes + chunk.length > mostBytes)
      return refuse('endless_data', `${name} has more than ${mostBytes} bytes`);
    parts.push(chunk);
    pace.receivedBytes += chunk.length;
  }
  return succeed(Buffer.concat(parts));
}

/** Through redirects within the origin. */
async function ask(
  source: MetadataSource,
  name: string,
  haveBytes: number,
  signal: AbortSignal,
  bounds: FetchBounds,
): Promise<Outcome<HttpAnswer>> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (haveBytes > 0) headers.range = `bytes=${haveBytes}-`;
  const home = source.urlOf(name);
  let url = home;
  for (let followed = 0; ; followed += 1) {
    const response = await source.get(name, { headers, signal, url });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return succeed(response);
    response.discard();
    const next = URL.parse(location, url.href);
    if (next?.origin !== home.origin)
      return refuse('foreign_redirect', `${name} was redirected to ${next?.origin ?? 'nowhere'}`);
    if (followed >= bounds.redirects) return refuse('foreign_redirect', `${name} was redirected again and again`);
    url = next;
  }
}

/** Static servers say 404, object stores without a right to list say 403. */
function judge(response: HttpAnswer, name: string, haveBytes: number): 'read' | 'restart' | FileAnswer {
  const { status, headers } = response;
  if (status === 404 || status === 403) return succeed(null);
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') return refuse('encoding_refused', `${name} came as ${encoding}`);
  if (status === 200) return 'read';
  if (status === 416) return 'restart';
  if (status !== 206) return refuse('download_failed', `fetch ${name}: the server answered ${status}`);
  const range = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '');
  return Number(range?.[1]) === haveBytes ? 'read' : 'restart';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
