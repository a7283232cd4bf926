import type { RefusedCertificate } from '../broker/port.ts';
import { importKey } from './key-pair.ts';
import type { OpenAuthority } from './open-authority.ts';
import type { VouchingKey } from './vouching-key.ts';
import { KEY_ALGORITHM, loadX509 } from './x509.ts';

/**
 * Which certificates open nothing, for brokers that look it up in a file (RFC 5280, 5): one list of each authority. PEM; an empty list is
 * one too. It is good for as long as the authority: a broker that refused everybody because nobody wrote a new list would help no one.
 */
export async function makeRevocationList(
  authority: Pick<OpenAuthority, 'acceptedKeys'>,
  refused: readonly RefusedCertificate[],
  nowMs: number,
): Promise<string> {
  const lists = authority.acceptedKeys.map((one) => listOf(one, refused, nowMs));
  return (await Promise.all(lists)).join('');
}

async function listOf(
  { key, pem }: VouchingKey,
  refused: readonly RefusedCertificate[],
  nowMs: number,
): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(pem);
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: new Date(nowMs - BACKDATED_MS),
    nextUpdate: issuer.notAfter,
    entries: refused.map(({ serial, atMs }) => ({ serialNumber: serial, revocationDate: new Date(atMs) })),
    signingKey: (await importKey(key)).privateKey,
    signingAlgorithm: KEY_ALGORITHM,
  });
  const base64 = Buffer.from(list.rawData).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  // RFC 7468, 7: the library's own label is another, which OpenSSL does not read.
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`;
}

/** Clocks of brokers run behind. */
const BACKDATED_MS = 86_400_000;
