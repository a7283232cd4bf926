import { type ErrorCode, LIMITS } from '@wherry/protocol';
import type { CallOutcome, HttpAnswer } from '../runtimes/port.ts';

/** The edge between HTTP and guests, without a socket: which app a path means, and what an outcome looks like on the wire. */
export interface Route {
  readonly app: string;
  /** The trigger's path: what follows the app. */
  readonly path: string;
}

/** `/{app}{path}`; null when there is no app in it. */
export function routeOf(pathname: string): Route | null {
  const match = /^\/([a-z0-9][a-z0-9_-]{0,62})(\/.*)?$/.exec(pathname);
  return match?.[1] ? { app: match[1], path: match[2] ?? '/' } : null;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Not from here',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Body too large',
  421: 'Not this device',
  502: 'The app failed',
  503: 'Busy',
  504: 'The app did not answer in time',
};

/** An RFC 9457 problem document. */
export function problemAnswer(
  status: number,
  code: ErrorCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  const document = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, code };
  const body = Buffer.from(JSON.stringify(document), 'utf8');
  return { status, headers: { ...headers, 'content-type': 'application/problem+json' }, body };
}

/** Says nothing of the inside: what a guest's failure was is in its log and its usage. */
export function answerOf(outcome: CallOutcome): HttpAnswer {
  if (outcome.ok) return checkedAnswer(outcome.value.answer);
  const code = outcome.problems[0]?.code ?? 'internal';
  if (code === 'wall_limit') return problemAnswer(504, code, 'the app reached its time limit: try again');
  if (code === 'rate_limited' || code === 'unavailable')
    return problemAnswer(503, code, 'the app is busy: try again in a second', { 'retry-after': '1' });
  return problemAnswer(502, code, 'the app failed on this request: its log says why');
}

/** Set by the server itself, or meant for one connection only (RFC 9110, 7.6.1). */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HEADERS_MAX = 64;
const HEADER_BYTES = 16 * 1024;

function checkedAnswer(answer: HttpAnswer | undefined): HttpAnswer {
  if (!answer) return { status: 204, headers: {}, body: new Uint8Array() };
  const { status, body } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 599 || body.length > LIMITS.httpBodyBytes)
    return problemAnswer(502, 'guest_error', 'the app gave an answer that HTTP does not allow: its log says why');
  const headers = Object.entries(answer.headers).filter(isForwarded).slice(0, HEADERS_MAX);
  if (headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > HEADER_BYTES)
    return problemAnswer(502, 'guest_error', 'the app gave more headers than HTTP allows: its log says why');
  return { status, headers: Object.fromEntries(headers), body };
}

/** RFC 9110, 5.1 and 5.5: a token, and visible characters, spaces and tabs. */
function isForwarded([name, value]: [string, string]): boolean {
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(value) &&
    !NOT_FORWARDED.has(name.toLowerCase())
  );
}
