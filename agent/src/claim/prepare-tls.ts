import { readClaimToken, WherryError } from '@wherry/protocol';
import { createHttpClient, type HttpClient } from '../link/http-client.ts';
import type { Effects } from '../shell/effects.ts';
import { expectOk } from '../shell/expect-ok.ts';
import { isGoodCertificate, readNextKey, writeAuthority, writeNextKey, writeTlsIdentity } from '../store/tls-files.ts';
import { pinAuthority } from './pin-authority.ts';
import { certificateRequest, makeTlsKey } from './tls-key.ts';

/** What a claim over TLS needs before it is sent, and where its outcome goes. */
export interface PreparedTls {
  /** Believes the authority of the token and no other. */
  readonly client: HttpClient;
  readonly csr: string;
  /** Code: invalid_message, for a certificate of another key or authority. */
  keep(certificate: string): void;
}

const TIMEOUT_MS = 30_000;

/**
 * Null where there is nothing to pin: on a plain listener, and behind a proxy with a certificate of its own, the device signs in with a
 * secret. The key is on the disk before it is asked for: the same claim again is made with the same key.
 */
export async function prepareTls(
  folder: string,
  serverUrl: string,
  token: string,
  effects: Effects,
): Promise<PreparedTls | null> {
  const fingerprint = readClaimToken(token.trim())?.fingerprint ?? '';
  if (fingerprint === '' || !/^https:/i.test(serverUrl)) return null;
  const ca = expectOk(await pinAuthority(serverUrl, fingerprint, TIMEOUT_MS));
  const key = readNextKey(folder) ?? makeTlsKey();
  writeNextKey(folder, key, effects);
  return {
    client: createHttpClient({ tls: () => ({ ca }) }),
    csr: certificateRequest(key),
    keep(cert) {
      if (!isGoodCertificate({ ca, cert, key }))
        throw new WherryError('invalid_message', 'the control plane answered with a certificate of another key');
      writeAuthority(folder, ca, effects);
      writeTlsIdentity(folder, { cert, key }, effects);
    },
  };
}
