import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import {
  canonicalBytes,
  detachedBytes,
  type Envelope,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  toBase64,
} from '@wherry/protocol';
import type { Director } from '../app/context.ts';
import { keyIdOf } from '../app/keys.ts';
import { openKeyFile } from '../trust/key-file.ts';

/**
 * The director signs what each device should run. Its key lives in the file `director-key.pem` of the data folder (mode 0600) and is
 * made at the first start. Devices learn the public half when they are claimed, so losing the file means claiming them again.
 */
export async function openDirector(dataDir: string): Promise<Director> {
  const privateKey = await openKeyFile(join(dataDir, 'director-key.pem'), 'director');
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  const keyid = keyIdOf(publicKey);
  return {
    keyId: keyid,
    publicKey,
    sign(state): Envelope {
      const payload = canonicalBytes(state);
      const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.desired, payload), privateKey);
      return {
        payloadType: PAYLOAD_TYPES.desired,
        payload: toBase64(payload),
        signatures: [{ keyid, sig: sig.toString('base64') }],
      };
    },
    vouch: (type, to, content) => signAside(detachedBytes(type, to, content), privateKey),
  };
}

/** On the threads of libuv: acknowledgements come by the thousand, and the loop stays free for what they acknowledge. */
function signAside(message: Uint8Array, key: KeyObject): Promise<string> {
  return new Promise((resolve, reject) => {
    sign(null, message, key, (error, signature) => (error ? reject(error) : resolve(signature.toString('base64'))));
  });
}
