import { randomBytes } from 'node:crypto';
import { importKey, type KeyPair } from './key-pair.ts';
import { KEY_ALGORITHM, loadX509, serialFrom } from './x509.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const BACKDATED_MS = 86_400_000;

/** A certificate that vouches for itself: whoever is told to trust exactly this one knows its owner. PEM. */
export async function makeClientCertificate(
  key: KeyPair,
  order: { readonly name: string; readonly nowMs: number; readonly notAfterMs: number },
): Promise<string> {
  const x509 = await loadX509();
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialFrom(randomBytes(16)),
    name: new x509.Name([{ CN: [order.name] }]),
    notBefore: new Date(order.nowMs - BACKDATED_MS),
    notAfter: new Date(order.notAfterMs),
    keys: await importKey(key),
    signingAlgorithm: KEY_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([CLIENT_AUTH], true),
    ],
  });
  return `${made.toString('pem')}\n`;
}
