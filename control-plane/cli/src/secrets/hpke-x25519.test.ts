import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { newSealingKey, sealFor } from '@wherry/protocol/testing/seal';
import { expect, test } from 'vitest';
import { open, rawPublicKey, seal, sealingKeyId } from './hpke-x25519.ts';

const { privateKey } = generateKeyPairSync('x25519');
const recipient = rawPublicKey(createPublicKey(privateKey));
const context = { tenant: 'default', recipient: 'pi-1', app: 'hall', name: 'API_KEY', version: 3 };
const value = Buffer.from('hunter2');

test('what is sealed opens with its key, for what it is meant, and is never the same twice', () => {
  const sealed = seal(recipient, value, context);
  expect(sealed.key).toBe(sealingKeyId(recipient));
  expect(open(sealed, privateKey, context)).toEqual(value);
  expect(seal(recipient, value, context).text).not.toBe(sealed.text);
  expect(open(sealFor(recipient.toString('base64'), value, context), privateKey, context)).toEqual(value);
});

test.each([
  ['tenant', { tenant: 'other' }],
  ['device', { recipient: 'pi-2' }],
  ['app', { app: 'other' }],
  ['name', { name: 'OTHER' }],
  ['version', { version: 2 }],
])('with another %s it does not open', (_, other) => {
  expect(open(seal(recipient, value, context), privateKey, { ...context, ...other })).toBe(null);
});

test('changed, cut short, or sealed to another key it does not open', () => {
  const sealed = seal(recipient, value, context);
  const bytes = Buffer.from(sealed.text, 'base64');
  const text = (changed: Buffer) => ({ ...sealed, text: changed.toString('base64') });
  expect(open(text(Buffer.from(bytes).fill(0, 0, 1)), privateKey, context)).toBe(null);
  expect(open(text(bytes.subarray(1)), privateKey, context)).toBe(null);
  expect(open(text(bytes.subarray(0, 15)), privateKey, context)).toBe(null);
  expect(open({ ...sealed, enc: newSealingKey() }, privateKey, context)).toBe(null);
  expect(open({ ...sealed, enc: Buffer.alloc(32).toString('base64') }, privateKey, context)).toBe(null);
  expect(open(seal(Buffer.from(newSealingKey(), 'base64'), value, context), privateKey, context)).toBe(null);
});
