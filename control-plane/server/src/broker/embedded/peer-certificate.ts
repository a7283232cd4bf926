import type { TLSSocket } from 'node:tls';
import type { DeviceCertificate } from '../port.ts';

/** What the other side showed, when it is one whose name can be read. A resumed session shows what the first handshake did. */
export function readPeerCertificate(socket: TLSSocket): (DeviceCertificate & { readonly name: string }) | null {
  if (!socket.authorized) return null;
  const { subject, serialNumber, fingerprint256, valid_to } = socket.getPeerCertificate();
  // An array where the subject names more than one: then nobody can say whose it is.
  const name: unknown = subject?.CN;
  if (typeof name !== 'string') return null;
  return {
    name,
    serial: serialNumber.toLowerCase(),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    notAfterMs: Date.parse(valid_to),
  };
}
