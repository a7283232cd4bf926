import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Authority } from '../app/context.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { readDeviceCertificate } from './device-certificate.ts';
import { importKey, openKeyPair } from './key-pair.ts';
import { readIfThere } from './read-if-there.ts';
import { KEY_ALGORITHM, loadX509, serialFrom } from './x509.ts';

/**
 * The certificate authority of a control plane, in the folder `ca` of its data: made at the first start. It vouches for the server's own
 * names and for devices, and for nothing else: no authority below it (path length 0). Whoever has its key can be any device towards
 * this control plane, and this control plane towards any device; it signs nothing that runs.
 */
export interface OpenAuthority extends Authority {
  readonly folder: string;
  readonly certificate: X509Certificate;
  /** PEM of a certificate for a server that has all these names and addresses. */
  issueServer(order: ServerOrder): Promise<string>;
}

export interface ServerOrder {
  /** SPKI DER. */
  readonly publicKey: Uint8Array;
  readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const FOLDER_MODE = 0o700;
const CERTIFICATE_MODE = 0o644;
const VALID_MS = 10 * 365 * 86_400_000;
/** Clocks of devices run behind. */
const BACKDATED_MS = 86_400_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export async function openAuthority(dataDir: string, nowMs: number): Promise<OpenAuthority> {
  const folder = join(dataDir, 'ca');
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const key = await openKeyPair(join(folder, 'authority-key.pem'));
  const file = join(folder, 'authority.pem');
  const pem = (await readIfThere(file)) ?? (await makeOwnCertificate(key, nowMs));
  await writeFileDurably(file, pem, CERTIFICATE_MODE);
  const certificate = new X509Certificate(pem);
  if (!certificate.checkPrivateKey(key.privateKey))
    throw new Error(`${file} is not the certificate of the key beside it: restore both from the same backup`);

  async function issue(publicKey: Uint8Array, order: Omit<ServerOrder, 'publicKey' | 'names'>, own: OwnParts) {
    const x509 = await loadX509();
    const made = await x509.X509CertificateGenerator.create({
      serialNumber: own.serial,
      subject: new x509.Name([{ CN: [own.commonName] }]),
      issuer: new x509.X509Certificate(pem).subjectName,
      notBefore: new Date(order.notBeforeMs),
      notAfter: new Date(order.notAfterMs),
      publicKey: new x509.PublicKey(publicKey),
      signingKey: (await importKey(key)).privateKey,
      signingAlgorithm: KEY_ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([own.usage], true),
        await x509.AuthorityKeyIdentifierExtension.create(new x509.X509Certificate(pem)),
        ...(own.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension([...own.names])]),
      ],
    });
    return `${made.toString('pem')}\n`;
  }

  return {
    folder,
    certificate,
    certificatePem: pem,
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    readRequest,
    readDevice: (shown) => readDeviceCertificate(shown, certificate),
    async issueDevice({ tenant, device, publicKey, notBeforeMs, notAfterMs }) {
      const serial = serialFrom(randomBytes(16));
      const own = { serial, commonName: `${tenant}/${device}`, usage: CLIENT_AUTH };
      return { serial, pem: await issue(publicKey, { notBeforeMs, notAfterMs }, own) };
    },
    async issueServer(order) {
      const commonName = 'Wherry control plane';
      const own = { serial: serialFrom(randomBytes(16)), commonName, usage: SERVER_AUTH, names: order.names };
      return await issue(order.publicKey, order, own);
    },
  };
}

interface OwnParts {
  readonly serial: string;
  readonly commonName: string;
  readonly usage: string;
  readonly names?: ServerOrder['names'];
}

async function makeOwnCertificate(key: Parameters<typeof importKey>[0], nowMs: number): Promise<string> {
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

/** PKCS#10: only the key is taken from it; who the device is comes from who asks. Code: invalid_body. */
async function readRequest(csr: string): Promise<Outcome<Uint8Array>> {
  const where = { path: '/csr' };
  try {
    const x509 = await loadX509();
    const request = new x509.Pkcs10CertificateRequest(csr);
    const { name, namedCurve } = request.publicKey.algorithm as { name: string; namedCurve?: string };
    if (name !== KEY_ALGORITHM.name || namedCurve !== KEY_ALGORITHM.namedCurve)
      return refuse('invalid_body', 'the key of a device for TLS is P-256', where);
    if (!(await request.verify())) return refuse('invalid_body', 'the request is not signed by its own key', where);
    return succeed(new Uint8Array(request.publicKey.rawData));
  } catch {
    return refuse('invalid_body', 'csr is no certificate request: send PKCS#10 as PEM', where);
  }
}
