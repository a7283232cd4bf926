import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate authority of a test's own, with certificates as a real one would make them. */
export interface TestAuthority {
  readonly caPem: string;
  readonly server: KeyAndCertificate;
  device(
    name: string | readonly string[],
    end?: { readonly notAfterMs?: number },
  ): Promise<KeyAndCertificate & { readonly serial: string }>;
}
export interface KeyAndCertificate {
  readonly keyPem: string;
  readonly certPem: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export async function makeTestAuthority(commonName = 'test authority'): Promise<TestAuthority> {
  x509.cryptoProvider.set(webcrypto as never);
  const keys = await makeKeys();
  const name = `CN=${commonName}`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name,
    ...validity(Date.now() + 10 * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  let issued = 0x41;

  async function issue(
    subject: string | readonly string[],
    usage: string,
    notAfterMs: number,
    names: x509.JsonGeneralName[],
  ) {
    const own = await makeKeys();
    issued += 1;
    const serial = issued.toString(16);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: new x509.Name([subject].flat().map((one) => ({ CN: [one] }))),
      issuer: name,
      ...validity(notAfterMs),
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([usage], true),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64');
    const keyPem = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
    return { keyPem, certPem: `${certificate.toString('pem')}\n`, serial };
  }

  return {
    caPem: `${ca.toString('pem')}\n`,
    server: await issue('test server', SERVER_AUTH, Date.now() + DAY_MS, [
      { type: 'ip', value: '127.0.0.1' },
      { type: 'dns', value: 'localhost' },
    ]),
    device: (subject, end) => issue(subject, CLIENT_AUTH, end?.notAfterMs ?? Date.now() + DAY_MS, []),
  };
}

function validity(notAfterMs: number) {
  return { notBefore: new Date(Math.min(Date.now(), notAfterMs) - 2 * DAY_MS), notAfter: new Date(notAfterMs) };
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
