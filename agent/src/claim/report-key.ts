import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

/**
 * The Ed25519 key pair with which a device signs its reports. It is made on the device and its private half never leaves it.
 * Keep the pair before claiming: a claim whose answer was lost is repeated with the same token and the same key.
 */
export interface ReportKeyPair {
  /** PKCS#8 DER, base64. */
  readonly privateKey: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
}

export function makeReportKey(): ReportKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

/** The pair of a kept private half. Throws when the text is not a PKCS#8 Ed25519 key. */
export function reportKeyFromPrivate(privateKey: string): ReportKeyPair {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'ed25519')
    throw new TypeError(`a report key is Ed25519, this one is ${key.asymmetricKeyType}`);
  return { privateKey, publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64') };
}
