import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere } from '../files/read-if-there.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { openKeyPair } from './key-pair.ts';
import type { OpenAuthority, ServerOrder } from './open-authority.ts';

/** The certificate that this server shows: issued by its own authority for its names, and anew at two thirds of its life. */
export interface ServerCertificate {
  readonly keyPem: string;
  readonly certPem: string;
}

const CERTIFICATE_MODE = 0o644;
const VALID_MS = 90 * 86_400_000;
const BACKDATED_MS = 86_400_000;
const RENEWED_AFTER = 2 / 3;

export async function openServerCertificate(
  authority: OpenAuthority,
  names: ServerOrder['names'],
  nowMs: number,
): Promise<ServerCertificate> {
  const key = await openKeyPair(join(authority.folder, 'server-key.pem'));
  const file = join(authority.folder, 'server.pem');
  const found = await readIfThere(file);
  if (found !== null && isGood(new X509Certificate(found))) return { keyPem: key.privatePem, certPem: found };
  const notBeforeMs = nowMs - BACKDATED_MS;
  const notAfterMs = nowMs + VALID_MS;
  const certPem = await authority.issueServer({ publicKey: key.publicKey, names, notBeforeMs, notAfterMs });
  await writeFileDurably(file, certPem, CERTIFICATE_MODE);
  return { keyPem: key.privatePem, certPem };

  function isGood(certificate: X509Certificate): boolean {
    const { validFromDate, validToDate } = certificate;
    const renewAtMs = +validFromDate + (+validToDate - +validFromDate) * RENEWED_AFTER;
    const isOurs = certificate.verify(authority.certificate.publicKey) && certificate.checkPrivateKey(key.privateKey);
    return isOurs && nowMs < renewAtMs && nowMs >= +validFromDate && names.every((name) => hasName(certificate, name));
  }
}

function hasName(certificate: X509Certificate, { type, value }: ServerOrder['names'][number]): boolean {
  const found = type === 'ip' ? certificate.checkIP(value) : certificate.checkHost(value, { wildcards: false });
  return found !== undefined;
}
