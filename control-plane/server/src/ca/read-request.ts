import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { KEY_ALGORITHM, loadX509 } from './x509.ts';

/** PKCS#10: only the key is taken from it (SPKI DER); who the device is comes from who asks. Code: invalid_body. */
export async function readRequest(csr: string): Promise<Outcome<Uint8Array>> {
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
