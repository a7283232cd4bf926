import http from 'node:http';
import type { HttpTls, TlsAgent } from './http-tls.ts';

/**
 * The agent's one HTTP client. It asks and hands the answer over as it comes: it follows no redirect, unpacks nothing, reads no body by
 * itself. How long and how much is the caller's to bound, by a signal and by what it reads (`readBounded`). The platform's `fetch` is not
 * used: its parser is a Wasm module, which would keep V8's compilers in the memory of every device.
 */
export interface HttpClient {
  /** Rejects with HttpError, or with the signal's reason. */
  request(url: string | URL, options?: HttpRequest): Promise<HttpAnswer>;
  /** Ends what is kept alive; requests under way go on. */
  close(): void;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `refuse` (the rule) makes a redirect an error, `answer` hands it over as an answer. */
  readonly redirect?: 'refuse' | 'answer';
  /** Ends the body too. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** To be read to its end, left early, or discarded. Rejects as the request does. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

/** No answer, or one that broke off. The message is the reason, the cause what Node said; codes of the disk are never on it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
}

export interface HttpClientOptions {
  /** Asked at each new connection, so that a renewed certificate is used from the next one on. */
  readonly tls?: () => HttpTls;
  /** How long a connection without a request is kept; below what servers keep (Node: 5 s). */
  readonly keepMs?: number;
}

const KEEP_MS = 4_000;
const KEPT_MAX = 2;
/** A kept connection that the other side has just closed is met once for each kept one. */
const ATTEMPTS = KEPT_MAX + 1;
/** A body of up to this length is read and thrown away, so that its connection can be kept. */
const DRAINED_BYTES = 4_096;

export function createHttpClient({ tls, keepMs = KEEP_MS }: HttpClientOptions = {}): HttpClient {
  const keeping = { keepAlive: true, timeout: keepMs, maxFreeSockets: KEPT_MAX };
  const plain = new http.Agent(keeping);
  let secured: Promise<TlsAgent> | null = null;
  // TLS is 2 MB of the platform's code, which a device on a plain link never reads.
  const overTls = () => {
    secured ??= import('./http-tls.ts').then(({ TlsAgent }) => new TlsAgent(keeping, tls));
    return secured;
  };
  return {
    async request(given, options = {}) {
      const url = new URL(given);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new HttpError(`${url.protocol} is not spoken`);
      const agent = url.protocol === 'https:' ? await overTls() : plain;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await requestOnce(url, options, agent);
        } catch (error) {
          if (!(error instanceof StaleConnection)) throw error;
          if (attempt >= ATTEMPTS) throw new HttpError(error.message, { cause: error.cause });
        }
      }
    },
    close() {
      plain.destroy();
      void secured?.then((agent) => agent.destroy());
    },
  };
}

/** A kept connection ended before the request was heard: it may be sent again. */
class StaleConnection extends Error {}

function requestOnce(url: URL, options: HttpRequest, agent: http.Agent): Promise<HttpAnswer> {
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
