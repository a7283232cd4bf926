import { createDecipheriv, createHmac, createPublicKey, diffieHellman } from 'node:crypto';
import {
  AES_256_GCM,
  associatedData,
  hpkeKeys,
  type Outcome,
  refuse,
  SEALING_INFO,
  type SealedSecret,
  type SecretContext,
  succeed,
} from '@wherry/protocol';
import type { SealingKey } from './sealing-key.ts';

const TAG_BYTES = 16;
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/**
 * The value, which the caller wipes when it has used it. Code: secret_unreadable, whatever was changed: the ciphertext, whose it is, what
 * it is for, or its version.
 */
export function openSealed(sealed: SealedSecret, context: SecretContext, key: SealingKey): Outcome<Buffer> {
  const what = `${context.name} of ${context.app}, version ${context.version}`;
  if (sealed.key !== key.id)
    return refuse('secret_unreadable', `${what} is sealed to key ${sealed.key}; this device has ${key.id}`);
  try {
    const encapsulated = Buffer.from(sealed.enc, 'base64');
    const sharedPoint = diffieHellman({
      privateKey: key.privateKey,
      publicKey: createPublicKey({ key: Buffer.concat([SPKI_HEAD, encapsulated]), format: 'der', type: 'spki' }),
    });
    const input = { sharedPoint, encapsulated, recipient: key.publicBytes, info: SEALING_INFO };
    const keys = hpkeKeys(input, AES_256_GCM, (secret, data) => createHmac('sha256', secret).update(data).digest());
    const text = Buffer.from(sealed.text, 'base64');
    const cipher = createDecipheriv('aes-256-gcm', keys.key, keys.nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(context)).setAuthTag(text.subarray(-TAG_BYTES));
    const value = cipher.update(text.subarray(0, -TAG_BYTES));
    try {
      cipher.final();
    } catch (error) {
      value.fill(0);
      throw error;
    }
    sharedPoint.fill(0);
    keys.key.fill(0);
    return succeed(value);
  } catch {
    return refuse('secret_unreadable', `${what} does not open: it was changed, or is meant for something else`);
  }
}
