import { generateKeyPairSync } from 'node:crypto';
import { KEY_ALGORITHM, loadX509 } from '../x509.ts';

/** What a device makes: a key, and the request for a certificate by it. */
export interface DeviceKey {
  readonly keyPem: string;
  readonly csr: string;
}

export async function makeDeviceKey(): Promise<DeviceKey> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const x509 = await loadX509();
  const { subtle } = crypto;
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=somebody else',
    keys: {
      privateKey: await subtle.importKey('pkcs8', pkcs8, KEY_ALGORITHM, false, ['sign']),
      publicKey: await subtle.importKey('spki', spki, KEY_ALGORITHM, true, ['verify']),
    },
    signingAlgorithm: KEY_ALGORITHM,
  });
  return { keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), csr: request.toString('pem') };
}
