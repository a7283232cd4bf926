import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto';
import { AES_256_GCM, hpkeKeys } from '../secrets/hpke.ts';
import { associatedData, SEALING_INFO, type SealedSecret, type SecretContext } from '../secrets/sealed-secret.ts';

/** Seals as the command line does, for tests of those who keep and open what is sealed. `key`: 32 bytes, base64. */
export function sealFor(key: string, value: string | Uint8Array, context: SecretContext): SealedSecret {
  const recipient = Buffer.from(key, 'base64');
  const own = generateKeyPairSync('x25519');
  const encapsulated = own.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const spki = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), recipient]);
  const sharedPoint = diffieHellman({
    privateKey: own.privateKey,
    publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }),
  });
  const { key: secret, nonce } = hpkeKeys(
    { sharedPoint, encapsulated, recipient, info: SEALING_INFO },
    AES_256_GCM,
    (salt, data) => createHmac('sha256', salt).update(data).digest(),
  );
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(associatedData(context));
  const text = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  return {
    key: createHash('sha256').update(recipient).digest('hex').slice(0, 32) as SealedSecret['key'],
    enc: encapsulated.toString('base64'),
    text: text.toString('base64'),
  };
}

/** A public key as a device says it. */
export function newSealingKey(): string {
  return generateKeyPairSync('x25519')
    .publicKey.export({ type: 'spki', format: 'der' })
    .subarray(-32)
    .toString('base64');
}
