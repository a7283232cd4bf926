import { AUTHORITIES_HEADER } from '@wherry/protocol';
import type { HttpClient } from '../link/http-client.ts';
import { HttpError } from '../link/http-message.ts';
import type { KeptCertificate } from './keep-certificate.ts';

/** Answers of nobody whom an authority that is believed vouches for: OpenSSL's words, as Node tells them. */
const DISTRUST: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

export interface AuthorityNews extends Pick<KeptCertificate, 'heard' | 'distrusted'> {
  answered(): void;
}

/** The same client; what its answers from the control plane say of authorities is passed on. */
export function hearAuthorities(client: HttpClient, serverUrl: string, told: AuthorityNews): HttpClient {
  const home = URL.parse(serverUrl);
  if (home?.protocol !== 'https:') return client;
  return {
    close: () => client.close(),
    async request(url, options) {
      const isHome = new URL(url).origin === home.origin;
      try {
        const answer = await client.request(url, options);
        if (isHome) told.answered();
        const hint = isHome ? answer.headers.get(AUTHORITIES_HEADER) : null;
        if (hint !== null) told.heard(hint);
        return answer;
      } catch (error) {
        if (isHome && error instanceof HttpError && DISTRUST.has(error.message)) told.distrusted();
        throw error;
      }
    },
  };
}
