import { type Outcome, PATHS, refuse, succeed } from '@wherry/protocol';
import { createHttpClient } from '../link/http-client.ts';
import { readBounded } from '../link/read-bounded.ts';
import { BUNDLE_BYTES, follow, pemOf, readBundle } from './authorities.ts';

/**
 * The certificate authority of a control plane, as PEM, known by the fingerprint in the claim token; with it those that it vouches for, since
 * the token may be older than the newest. They are fetched from whoever answers, and nothing else is: what comes is the right one or is
 * thrown away. Codes: wrong_authority, unavailable.
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
    const text = answer.status === 200 ? await readBounded(answer, BUNDLE_BYTES) : null;
    answer.discard();
    const offered = readBundle(text ?? '');
    const pinned = offered.filter((one) => one.fingerprint === fingerprint);
    if (pinned.length > 0) return succeed(pemOf(follow(pinned, offered)));
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
