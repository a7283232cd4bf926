import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { certificateRequestPem } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { certificateRequest, makeTlsKey } from './tls-key.ts';

/** Content of the DER element at `at`, and where it ends; lengths of up to 65,535. */
function element(der: Buffer, at: number): { tag: number; from: number; to: number } {
  const first = der[at + 1] as number;
  const bytes = first < 0x80 ? 0 : first & 0x7f;
  const length = bytes === 0 ? first : der.readUIntBE(at + 2, bytes);
  const from = at + 2 + bytes;
  return { tag: der[at] as number, from, to: from + length };
}

it('makes a request that its own key signed, for that key', () => {
  const key = makeTlsKey();
  const pem = certificateRequest(key);
  expect(certificateRequestPem.safeParse(pem).success).toBe(true);
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const whole = element(der, 0);
  expect(whole.to).toBe(der.length);
  const info = element(der, whole.from);
  const algorithm = element(der, info.to);
  const signature = element(der, algorithm.to);
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const signed = der.subarray(whole.from, info.to);
  expect(signed.includes(publicKey)).toBe(true);
  // The first byte of a bit string says how many bits of the last are unused.
  const bits = der.subarray(signature.from + 1, signature.to);
  expect(verify('sha256', signed, createPublicKey(key), bits)).toBe(true);
});

it('makes another key each time, and takes no key of another kind', () => {
  expect(makeTlsKey()).not.toBe(makeTlsKey());
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  expect(() => certificateRequest(pem)).toThrow(TypeError);
});
