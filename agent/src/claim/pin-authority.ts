import { createHash, X509Certificate } from 'node:crypto';
import { type Outcome, PATHS, refuse, succeed } from '@wherry/protocol';
import { createHttpClient } from '../link/http-client.ts';
import { readBounded } from '../link/read-bounded.ts';

const CERTIFICATE_BYTES = 16 * 1024;

/**
 * The certificate authority of a control plane, as PEM, known by the fingerprint in the claim token. It is fetched from whoever
 * answers, and nothing else is: what comes is the right one or is thrown away. Codes: wrong_authority, unavailable.
 */
export async function pinAuthority(
  serverUrl: string,
  fingerprint: string,
  timeoutMs: number,
): Promise<Outcome<string>> {
  const client = createHttpClient({ tls: () => ({ rejectUnauthorized: false }) });
  const url = new URL(serverUrl.replace(/\/+$/, '') + PATHS.authority);
  try {
    const answer = await client.request(url, { signal: AbortSignal.timeout(timeoutMs) });
    const pem = answer.status === 200 ? await readBounded(answer, CERTIFICATE_BYTES) : null;
    answer.discard();
    if (pem !== null && fingerprintOf(pem) === fingerprint) return succeed(pem);
    return refuse(
      'wrong_authority',
      `${url.origin} is not the control plane that made this claim token: check the address given with --server, or whether somebody stands between`,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse('unavailable', `no answer from ${url.origin} (${reason}): check the address and the network`);
  } finally {
    client.close();
  }
}

/** SHA-256 of the certificate's DER, lower-case hex; null when it is none. */
function fingerprintOf(pem: string): string | null {
  try {
    return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
  } catch {
    return null;
  }
}
