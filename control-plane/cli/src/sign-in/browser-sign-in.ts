import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PATHS } from '@wherry/protocol';
import { refused } from '../failure.ts';

/**
 * Sign-in in a browser for this program (RFC 8252): the browser goes through the provider by way of the control plane, and brings a code
 * to a port of this machine. Without the verifier, which never leaves this process, the code is worth nothing.
 */
export interface BrowserSignIn {
  /** What the person opens. */
  readonly url: string;
  readonly verifier: string;
  /** Codes: unauthenticated, when the browser did not come in time. */
  readonly code: Promise<string>;
  /** To be called in the end, however it ends. */
  stop(): void;
}

const WITHIN_MS = 300_000;
const VERIFIER_BYTES = 32;
const DONE = 'You are signed in. Close this page and go on in the terminal.\n';

export async function beginBrowserSignIn(origin: string, tenant: string | undefined): Promise<BrowserSignIn> {
  const verifier = randomBytes(VERIFIER_BYTES).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const http = createServer();
  http.listen({ host: '127.0.0.1', port: 0 });
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  let timer: NodeJS.Timeout | undefined;
  const code = new Promise<string>((resolve, reject) => {
    timer = setTimeout(() => reject(refused('unauthenticated', 'nobody signed in: begin again')), WITHIN_MS);
    http.on('request', (request, response) => {
      const found = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('code');
      const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' };
      response.writeHead(found === null ? 404 : 200, headers).end(found === null ? 'Not found\n' : DONE);
      if (found !== null) resolve(found);
    });
  });
  const query = new URLSearchParams({ port: String(port), challenge, ...(tenant === undefined ? {} : { tenant }) });
  return {
    url: `${origin}${PATHS.oidcStart}?${query}`,
    verifier,
    code,
    stop() {
      clearTimeout(timer);
      http.close();
    },
  };
}
