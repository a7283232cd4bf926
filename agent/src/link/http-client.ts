import type { Agent } from 'node:http';
import { type HttpAnswer, HttpError, type HttpRequest, StaleConnection } from './http-message.ts';
import type { HttpTls } from './http-tls.ts';

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

export function createHttpClient({ tls, keepMs = KEEP_MS }: HttpClientOptions = {}): HttpClient {
  const keeping = { keepAlive: true, timeout: keepMs, maxFreeSockets: KEPT_MAX };
  // HTTP and TLS are megabytes of the platform's code, which a device that asks for nothing never reads.
  const exchange = () => import('./http-exchange.ts');
  const agents = new Map<string, Promise<Agent>>();
  const openAgent: Readonly<Record<string, () => Promise<Agent>>> = {
    'http:': async () => new (await exchange()).PlainAgent(keeping),
    'https:': async () => new (await import('./http-tls.ts')).TlsAgent(keeping, tls),
  };

  function agentFor(protocol: string): Promise<Agent> {
    const open = openAgent[protocol];
    if (open === undefined) throw new HttpError(`${protocol} is not spoken`);
    const agent = agents.get(protocol) ?? open();
    agents.set(protocol, agent);
    return agent;
  }

  return {
    async request(given, options = {}) {
      const url = new URL(given);
      const agent = await agentFor(url.protocol);
      const { requestOnce } = await exchange();
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
      for (const opened of agents.values()) void opened.then((agent) => agent.destroy());
    },
  };
}
