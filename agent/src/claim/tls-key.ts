import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/**
 * The P-256 key of a device's TLS certificate, and the request for one (PKCS#10, RFC 2986). The key is made on the device and never
 * leaves it. The request is written out here: it is four fields, of which the control plane reads one, and a library for it would cost
 * every device more memory than the rest of the claim.
 */
export function makeTlsKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** PEM. Throws when the text is no P-256 key. */
export function certificateRequest(keyPem: string): string {
  const key = createPrivateKey(keyPem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('a key for TLS is P-256');
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const info = sequence(VERSION_0, NO_NAME, publicKey, NO_ATTRIBUTES);
  const signature = sign('sha256', info, { key, dsaEncoding: 'der' });
  const request = sequence(info, ECDSA_WITH_SHA256, field(BIT_STRING, Buffer.of(0), signature));
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** Tags of DER (X.690, 8.1.2). */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_ID = 0x06;
const SEQUENCE = 0x30;
const CONTEXT_0 = 0xa0;

const VERSION_0 = field(INTEGER, Buffer.of(0));
/** The control plane knows who asks; what a request says of it is not looked at. */
const NO_NAME = sequence();
const NO_ATTRIBUTES = field(CONTEXT_0);
/** 1.2.840.10045.4.3.2 (RFC 5758, 3.2). */
const ECDSA_WITH_SHA256 = sequence(field(OBJECT_ID, Buffer.from('2a8648ce3d040302', 'hex')));

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return field(SEQUENCE, ...parts);
}

/** Nothing here is longer than 65,535 bytes. */
function field(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}
