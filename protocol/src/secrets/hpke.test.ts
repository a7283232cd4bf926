import { createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { expect, test } from 'vitest';
import { type HpkeInput, hpkeKeys, hpkeKeysLater } from './hpke.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const PKCS8 = '302e020100300506032b656e04220420';
const SPKI = '302a300506032b656e032100';

test('RFC 9180, appendix A.1.1: base mode with X25519, HKDF-SHA256 and AES-128-GCM', async () => {
  const recipient = '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d';
  const encapsulated = '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431';
  const sharedPoint = diffieHellman({
    privateKey: createPrivateKey({
      key: bytes(`${PKCS8}4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8`),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({ key: bytes(SPKI + encapsulated), format: 'der', type: 'spki' }),
  });
  const input: HpkeInput = {
    sharedPoint,
    encapsulated: bytes(encapsulated),
    recipient: bytes(recipient),
    info: bytes('4f6465206f6e2061204772656369616e2055726e'),
  };
  const aead = { id: 1, keyBytes: 16 };
  const hmac = (secret: Uint8Array, data: Uint8Array) => createHmac('sha256', secret).update(data).digest();
  const { key, nonce } = hpkeKeys(input, aead, hmac);
  expect(await hpkeKeysLater(input, aead, async (...given) => hmac(...given))).toEqual({ key, nonce });
  expect(Buffer.from(key).toString('hex')).toBe('4531685d41d65f03dc48f6b8302c05b0');
  expect(Buffer.from(nonce).toString('hex')).toBe('56d890e5accaaf011cff4b7d');
  const sealed = bytes('f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a');
  const opening = createDecipheriv('aes-128-gcm', key, nonce);
  opening.setAAD(Buffer.from('Count-0')).setAuthTag(sealed.subarray(-16));
  const text = Buffer.concat([opening.update(sealed.subarray(0, -16)), opening.final()]);
  expect(text.toString()).toBe('Beauty is truth, truth beauty');
});
