import { STATUS_CODES } from 'node:http';
import type { Problem, ProblemDocument } from '@wherry/protocol';
import { WherryError } from '@wherry/protocol';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiEnv } from './env.ts';
import { STATUS_OF_CODE } from './status.ts';

/** RFC 9457 answers. A 5xx tells nothing of the inside: the request id leads to the log. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const FIRST_SERVER_STATUS = 500;
const PAYLOAD_TOO_LARGE_STATUS = 413;

export function problemAnswer(
  c: Context<ApiEnv>,
  problems: readonly Problem[],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const [first] = problems;
  if (!first) throw new TypeError('a refusal needs a problem');
  const status = STATUS_OF_CODE[first.code];
  if (status >= FIRST_SERVER_STATUS) return serverProblem(c, status, first.code);
  const hasPlace = first.path !== undefined || first.line !== undefined;
  const hasMore = problems.length > 1 || hasPlace;
  const document: ProblemDocument = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Problem',
    status,
    detail: first.message,
    code: first.code,
    requestId: c.get('requestId'),
    ...(hasMore ? { problems: [...problems] } : {}),
  };
  // What is left of a body that is too large is not read: the connection cannot carry another request.
  return send(c, document, status === PAYLOAD_TOO_LARGE_STATUS ? { ...headers, connection: 'close' } : headers);
}

export function errorAnswer(c: Context<ApiEnv>, error: unknown): Response {
  if (error instanceof HTTPException && error.status < FIRST_SERVER_STATUS) {
    if (error.status === PAYLOAD_TOO_LARGE_STATUS)
      return problemAnswer(c, [{ code: 'payload_too_large', message: 'The body is larger than is allowed here.' }]);
    const message = error.status === 415 ? 'Send the body as application/json.' : 'The body is not well-formed JSON.';
    return problemAnswer(c, [{ code: 'invalid_body', message }]);
  }
  if (error instanceof WherryError && STATUS_OF_CODE[error.code] < FIRST_SERVER_STATUS)
    return problemAnswer(c, [{ code: error.code, message: error.message }]);
  return serverProblem(c, FIRST_SERVER_STATUS, 'internal');
}

function serverProblem(c: Context<ApiEnv>, status: number, code: ProblemDocument['code']): Response {
  return send(c, {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Problem',
    status,
    detail:
      code === 'unavailable'
        ? 'The control plane cannot do this now. Try again in a moment.'
        : 'The control plane failed. Try again; if it goes on, look for the request id in its log.',
    code,
    requestId: c.get('requestId'),
  });
}

/** RFC 6585, 4: whoever is told to slow down is told for how long, here where nothing more exact is known. */
const RETRY_AFTER_SECONDS = '5';

function send(c: Context<ApiEnv>, document: ProblemDocument, headers: Readonly<Record<string, string>> = {}): Response {
  const isTooMuch = document.code === 'rate_limited' && !c.res.headers.has('retry-after');
  return c.body(JSON.stringify(document), document.status as ContentfulStatusCode, {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    ...(isTooMuch ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    ...headers,
  });
}
