import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { PATHS } from '@wherry/protocol';
import { CliFailure, EXIT, misused, refused } from '../failure.ts';

/** A control plane that is its own certificate authority is believed by its fingerprint, told by who runs it, or by its file. */
const PEM_BYTES = 16 * 1024;
const TIMEOUT_MS = 15_000;

/** From now on this process believes it, beside the system's: registries are reached with the same process. */
export function believe(pem: string): void {
  const known = getCACertificates('default');
  const news = certificatesOf(pem).filter((one) => !known.includes(one.pem));
  if (news.length > 0) setDefaultCACertificates([...known, ...news.map((one) => one.pem)]);
}

export async function readAuthority(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((error: Error) => {
    throw misused(`read ${file}: ${error.message}`);
  });
  if (certificatesOf(pem).length === 0)
    throw misused(`${file} is no certificate: save ${PATHS.authority} of the control plane`);
  return pem;
}

/** Fetched from whoever answers, and thrown away unless its fingerprint is this one. */
export async function fetchAuthority(server: string, given: string): Promise<string> {
  const fingerprint = given.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(fingerprint))
    throw misused(
      '--ca-fingerprint is the SHA-256 of the authority: 64 hexadecimal digits, as "caFingerprint" of the server',
    );
  const url = URL.parse(PATHS.authority, server);
  if (url?.protocol !== 'https:') throw misused('--ca-fingerprint is for an https:// server');
  const pem = await download(url);
  // It comes with others while it is rolled over. Those are not believed on the word of whoever answered.
  const found = certificatesOf(pem).find(({ certificate }) => fingerprintOf(certificate) === fingerprint);
  if (found) return found.pem;
  throw refused(
    'wrong_authority',
    `${url.origin} is not the control plane with this fingerprint: is --server right, or does somebody stand between?`,
  );
}

function download(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(
        new CliFailure(EXIT.unreachable, [
          { code: 'unavailable', message: `${url.origin} does not answer: ${reason}` },
        ]),
      );
    const request = get(
      url,
      { rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) },
      (answer) => {
        let text = '';
        answer.setEncoding('latin1');
        answer.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > PEM_BYTES) answer.destroy(new Error('it sends too much'));
        });
        answer.on('error', (error) => fail(error.message));
        answer.on('end', () => resolve(text));
      },
    );
    request.on('error', (error) => fail(error.message));
  });
}

export interface KnownCertificate {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** One after the other; what cannot be read is left out. */
export function certificatesOf(text: string): readonly KnownCertificate[] {
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return pems.flatMap((pem) => {
    try {
      return [{ pem: `${pem}\n`, certificate: new X509Certificate(pem) }];
    } catch {
      return [];
    }
  });
}

function fingerprintOf(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}
