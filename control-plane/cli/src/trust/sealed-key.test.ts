import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { openSealedKey, sealKey } from './sealed-key.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const sealed = sealKey(privateKey, 'correct horse', 'a key');

it('opens with its passphrase, for what it was sealed for, and shows nothing of the key', () => {
  expect(openSealedKey(sealed, 'correct horse', 'a key')?.equals(privateKey)).toBe(true);
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64').slice(0, 20);
  expect(JSON.stringify(sealed)).not.toContain(secret);
});

it('stays closed for another passphrase, for another key’s name, and when it was changed', () => {
  expect(openSealedKey(sealed, 'wrong', 'a key')).toBeNull();
  expect(openSealedKey(sealed, 'correct horse', 'another')).toBeNull();
  expect(openSealedKey({ ...sealed, tag: Buffer.alloc(16).toString('base64') }, 'correct horse', 'a key')).toBeNull();
});

it.each([
  ['memory', { n: 2 ** 30 }],
  ['a count that is no power of two', { n: 2 ** 17 + 1 }],
  ['nothing', { n: 0 }],
  ['time', { p: 2 ** 18 }],
  ['blocks', { r: 2 ** 20 }],
])('refuses a file that costs too much, or cannot be: %s; the next key is read all the same', (_, cost) => {
  expect(openSealedKey({ ...sealed, ...cost }, 'correct horse', 'a key')).toBeNull();
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  expect(createPrivateKey(pem).equals(privateKey)).toBe(true);
});
