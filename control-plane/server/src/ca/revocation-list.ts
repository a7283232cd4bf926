import { join } from 'node:path';
import { importKey, openKeyPair } from './key-pair.ts';
import type { OpenAuthority } from './open-authority.ts';
import { KEY_ALGORITHM, loadX509 } from './x509.ts';

/**
 * Which certificates of the authority were taken back, for brokers that look it up in a file (RFC 5280, 5). PEM; an empty list is one
 * too. It is good for as long as the authority: a broker that refused everybody because nobody wrote a new list would help no one.
 */
export interface Revoked {
  readonly serial: string;
  readonly atMs: number;
}

export async function makeRevocationList(
  authority: OpenAuthority,
  revoked: readonly Revoked[],
  nowMs: number,
): Promise<string> {
  const x509 = await loadX509();
  const key = await openKeyPair(join(authority.folder, 'authority-key.pem'));
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: new Date(nowMs - BACKDATED_MS),
    nextUpdate: issuer.notAfter,
    entries: revoked.map(({ serial, atMs }) => ({ serialNumber: serial, revocationDate: new Date(atMs) })),
    signingKey: (await importKey(key)).privateKey,
    signingAlgorithm: KEY_ALGORITHM,
  });
  const base64 = Buffer.from(list.rawData).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  // RFC 7468, 7: the library's own label is another, which OpenSSL does not read.
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`;
}

/** Clocks of brokers run behind. */
const BACKDATED_MS = 86_400_000;
