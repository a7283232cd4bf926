/**
 * The X.509 library, loaded when a certificate has to be made or a request read: it costs 90 ms and 20 MB, and a control plane that
 * listens on loopback only never needs it. Its container of parts asks for the Reflect metadata API first.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** Of every key of the authority: what every TLS 1.3 implementation speaks (RFC 8446, 9.1). */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Positive, 16 bytes, never with a leading zero, so that every tool writes it alike (RFC 5280, 4.1.2.2). */
export function serialFrom(random: Uint8Array): string {
  const bytes = Buffer.from(random.subarray(0, SERIAL_BYTES));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

const SERIAL_BYTES = 16;
