import type { X509Certificate } from 'node:crypto';
import type { ShownCertificate } from '../app/context.ts';
import { parseIdentity } from '../broker/identity.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const COMMON_NAME = /^CN=([^\n]+)$/;

/**
 * What a certificate that was shown in a TLS handshake says: which device, by which serial number. The handshake has proved that the
 * other side has its key; whether the serial number was struck out is asked of the store. Null unless this authority issued it,
 * itself, for a device.
 */
export function readDeviceCertificate(
  certificate: X509Certificate,
  authority: X509Certificate,
): ShownCertificate | null {
  if (certificate.ca || !certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return null;
  if (!certificate.keyUsage?.includes(CLIENT_AUTH)) return null;
  const identity = parseIdentity(COMMON_NAME.exec(certificate.subject)?.[1]);
  if (!identity) return null;
  return {
    tenant: identity.tenant,
    device: identity.device,
    serial: certificate.serialNumber.toLowerCase(),
    notAfterMs: +certificate.validToDate,
  };
}
