import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere } from '../files/read-if-there.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { importKey, type KeyPair, openKeyPair } from './key-pair.ts';
import { KEY_ALGORITHM, loadX509, serialFrom } from './x509.ts';

/** One authority: its key, its own certificate, and what it signs. Two files, `NAME-key.pem` and `NAME.pem`, made when absent. */
export interface VouchingKey {
  readonly name: string;
  readonly key: KeyPair;
  readonly certificate: X509Certificate;
  readonly pem: string;
  /** SHA-256 of the certificate (DER), lower-case hex. */
  readonly fingerprint: string;
  /** PEM of a certificate for somebody else's key. */
  issue(order: IssueOrder): Promise<string>;
  /** PEM: another authority's name and key, signed by this one. Whoever believes this one may believe the other (RFC 4210, 4.4). */
  vouchFor(other: VouchingKey): Promise<string>;
}

export interface IssueOrder {
  readonly serial: string;
  readonly commonName: string;
  readonly usage: string;
  /** SPKI DER. */
  readonly publicKey: Uint8Array;
  readonly names?: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const CERTIFICATE_MODE = 0o644;
const VALID_MS = 10 * 365 * 86_400_000;
/** Clocks of devices run behind. */
const BACKDATED_MS = 86_400_000;

export async function openVouchingKey(folder: string, name: string, nowMs: number): Promise<VouchingKey> {
  const key = await openKeyPair(join(folder, `${name}-key.pem`));
  const file = join(folder, `${name}.pem`);
  const pem = (await readIfThere(file)) ?? (await makeOwnCertificate(key, nowMs));
  await writeFileDurably(file, pem, CERTIFICATE_MODE);
  const certificate = new X509Certificate(pem);
  if (!certificate.checkPrivateKey(key.privateKey))
    throw new Error(`${file} is not the certificate of the key beside it: restore both from the same backup`);
  return {
    ...{ name, key, certificate, pem },
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    async issue(order) {
      const x509 = await loadX509();
      const own = new x509.X509Certificate(pem);
      const made = await x509.X509CertificateGenerator.create({
        serialNumber: order.serial,
        subject: new x509.Name([{ CN: [order.commonName] }]),
        issuer: own.subjectName,
        notBefore: new Date(order.notBeforeMs),
        notAfter: new Date(order.notAfterMs),
        publicKey: new x509.PublicKey(order.publicKey),
        signingKey: (await importKey(key)).privateKey,
        signingAlgorithm: KEY_ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([order.usage], true),
          await x509.AuthorityKeyIdentifierExtension.create(own),
          ...(order.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension([...order.names])]),
        ],
      });
      return `${made.toString('pem')}\n`;
    },
    async vouchFor(other) {
      const x509 = await loadX509();
      const [own, theirs] = [new x509.X509Certificate(pem), new x509.X509Certificate(other.pem)];
      const made = await x509.X509CertificateGenerator.create({
        serialNumber: serialFrom(randomBytes(16)),
        subject: theirs.subjectName,
        issuer: own.subjectName,
        notBefore: theirs.notBefore,
        notAfter: own.notAfter,
        publicKey: theirs.publicKey,
        signingKey: (await importKey(key)).privateKey,
        signingAlgorithm: KEY_ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(true, 0, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          await x509.AuthorityKeyIdentifierExtension.create(own),
        ],
      });
      return `${made.toString('pem')}\n`;
    },
  };
}

async function makeOwnCertificate(key: KeyPair, nowMs: number): Promise<string> {
  const x509 = await loadX509();
  const keys = await importKey(key);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialFrom(randomBytes(16)),
    // The end of its own key's digest: two control planes' authorities are told apart by their names.
    name: new x509.Name([{ CN: [`Wherry CA ${key.id}`] }]),
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + VALID_MS),
    keys,
    signingAlgorithm: KEY_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${made.toString('pem')}\n`;
}
