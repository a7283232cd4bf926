import http from 'node:http';
import { type HttpAnswer, HttpError, type HttpRequest, StaleConnection } from './http-message.ts';

/** A request and its answer, as Node speaks them. */
export const PlainAgent = http.Agent;

/** A body of up to this length is read and thrown away, so that its connection can be kept. */
const DRAINED_BYTES = 4_096;

/** One request over one connection. Rejects with StaleConnection where it may be sent again. */
export function requestOnce(url: URL, options: HttpRequest, agent: http.Agent): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body, redirect = 'refuse', signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const outgoing = http.request(url, {
      protocol: url.protocol,
      method,
      headers: {
        'accept-encoding': 'identity',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      agent,
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once('response', (response) => {
      const answer = answerOf(response, signal);
      if (redirect === 'answer' || !isRedirect(answer)) return resolve(answer);
      answer.discard();
      reject(new HttpError(`unexpected redirect to ${answer.headers.get('location')}`));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET' && method === 'GET' && !signal?.aborted;
      reject(isStale ? new StaleConnection(reasonOf(error), { cause: error }) : failure(error, signal));
    });
    // An answer that asks for another protocol ends the connection and nothing else.
    outgoing.once('close', () => reject(new HttpError('the connection ended without an answer')));
    outgoing.end(body);
  });
}

function answerOf(response: http.IncomingMessage, signal: AbortSignal | undefined): HttpAnswer {
  // A body that nobody reads yet may break too; whoever reads it is told.
  response.on('error', () => {});
  return {
    status: response.statusCode ?? 0,
    headers: {
      get(name) {
        const value = response.headers[name];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    body: bodyOf(response, signal),
    discard() {
      const isShort = Number(response.headers['content-length'] ?? Number.NaN) <= DRAINED_BYTES;
      if (isShort || response.statusCode === 304 || response.statusCode === 204) response.resume();
      else response.destroy();
    },
  };
}

async function* bodyOf(response: http.IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    throw failure(error, signal);
  }
}

function isRedirect({ status, headers }: HttpAnswer): boolean {
  return status >= 300 && status <= 399 && headers.get('location') !== null;
}

function failure(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : new HttpError(reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
