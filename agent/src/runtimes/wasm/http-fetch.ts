import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { type Capabilities, LIMITS, type Outcome, refuse, succeed } from '@wherry/protocol';
import { isPublicAddress, literalAddress } from './address-policy.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { findHttpGrant } from './grants.ts';

/**
 * Outgoing http for a guest. Each hop is checked by itself: a redirect leads only where the allow-list leads, and the address a
 * name resolves to is checked in the very lookup that the connection uses, so that a second answer of a hostile name server has no effect.
 */
export interface GuestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface GuestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HEADERS_NOT_THE_GUESTS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
]);
const RESPONSE_HEADERS_MAX = 24;

/** Codes: capability_denied, invalid_body, payload_too_large, unavailable. */
export async function fetchForGuest(
  request: GuestRequest,
  capabilities: Capabilities,
  signal: AbortSignal,
): Promise<Outcome<GuestResponse>> {
  if (!METHODS.has(request.method)) return refuse('invalid_body', `method ${request.method} is not offered`);
  let hop = request;
  for (let redirects = 0; redirects <= WASM_BOUNDS.fetchRedirects; redirects += 1) {
    const url = URL.parse(hop.url);
    if (url === null) return refuse('invalid_body', 'the URL cannot be read');
    const grant = findHttpGrant(capabilities, url);
    if (grant === null)
      return refuse('capability_denied', `${url.origin}${url.pathname} is not under capabilities.http.allow`);
    const answer = await requestOnce(hop, url, capabilities.http?.private === true, signal);
    if (!answer.ok) return answer;
    const { status, headers } = answer.value;
    const location = headers.location;
    if (!REDIRECTS.has(status) || location === undefined) return answer;
    const next = URL.parse(location, url.href);
    if (next === null) return refuse('unavailable', 'the redirect names no URL');
    hop = redirected(hop, url, next, status);
  }
  return refuse('unavailable', `more than ${WASM_BOUNDS.fetchRedirects} redirects`);
}

function redirected(hop: GuestRequest, from: URL, to: URL, status: number): GuestRequest {
  const becomesGet = status === 303 || (hop.method === 'POST' && (status === 301 || status === 302));
  const isSameOrigin = from.origin === to.origin;
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => isSameOrigin || !['authorization', 'cookie'].includes(name)),
  );
  return becomesGet
    ? { method: 'GET', url: to.href, headers, body: new Uint8Array(0) }
    : { ...hop, url: to.href, headers };
}

function requestOnce(
  hop: GuestRequest,
  url: URL,
  mayBePrivate: boolean,
  signal: AbortSignal,
): Promise<Outcome<GuestResponse>> {
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => !HEADERS_NOT_THE_GUESTS.has(name.toLowerCase())),
  );
  const send = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve(refuse(isDenied(error) ? 'capability_denied' : 'unavailable', error.message));
    const outgoing = send(
      url,
      {
        method: hop.method,
        headers: { ...headers, 'content-length': hop.body.length },
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(WASM_BOUNDS.fetchMs)]),
        maxHeaderSize: 8 * 1024,
        // A literal address is its own grant: the allow-list named it. Names go through the check below, unless granted.
        ...(literalAddress(url.hostname) === null && !mayBePrivate ? { lookup: lookupPublic } : {}),
      },
      (response) => collect(response).then(resolve, fail),
    );
    outgoing.on('error', fail);
    outgoing.end(hop.body);
  });
}

class AddressDenied extends Error {
  override readonly name = 'AddressDenied';
}

function isDenied(error: Error): boolean {
  return error instanceof AddressDenied;
}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4);
    const bad = addresses.find((entry) => !isPublicAddress(entry.address));
    if (bad !== undefined)
      return callback(
        new AddressDenied(`${hostname} resolves to ${bad.address}, which is not a public address`),
        '',
        4,
      );
    const [first] = addresses;
    if (first === undefined) return callback(new Error(`${hostname} has no address`), '', 4);
    if (options.all === true) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

async function collect(response: http.IncomingMessage): Promise<Outcome<GuestResponse>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LIMITS.httpBodyBytes) {
      response.destroy();
      return refuse('payload_too_large', `the response has more than ${LIMITS.httpBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const headers = Object.entries(response.headers)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .slice(0, RESPONSE_HEADERS_MAX)
    .map(([name, value]) => [name, value.slice(0, 1024)] as const);
  const body = Buffer.concat(chunks);
  return succeed({ status: response.statusCode ?? 502, headers: Object.fromEntries(headers), body });
}
