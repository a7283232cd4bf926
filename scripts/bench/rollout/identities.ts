import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';

/** A simulated device: what a claim would have given it, and the key it signs its reports with. */
export interface DeviceIdentity {
  readonly device: string;
  readonly secret: string;
  /** SPKI DER, base64. */
  readonly reportKey: string;
  readonly keyId: string;
  /** PKCS #8 DER, base64. */
  readonly privateKey: string;
}

export function makeIdentities(count: number): DeviceIdentity[] {
  return Array.from({ length: count }, (_, index) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return {
      device: nameOf(index),
      secret: randomBytes(32).toString('hex'),
      reportKey: spki.toString('base64'),
      keyId: createHash('sha256').update(spki).digest('hex').slice(0, 32),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    };
  });
}

export function nameOf(index: number): string {
  return `bench-${String(index).padStart(6, '0')}`;
}
