import { newSealingKey, sealFor } from '@wherry/protocol/testing/seal';
import { expect, test } from 'vitest';
import { keyIdOf, newKeyPair, open, publicBytesOf, webSealer } from './web-sealer.ts';

const own = await newKeyPair();
const recipient = await publicBytesOf(own.publicKey);
const context = { tenant: 'default', recipient: 'pi-1', app: 'hall', name: 'API_KEY', version: 3 };
const value = new TextEncoder().encode('hunter2');

test('what another implementation sealed opens, by the same id of the key', async () => {
  const sealed = sealFor(Buffer.from(recipient).toString('base64'), value, context);
  expect(await open(sealed, own, context)).toEqual(value);
  expect(await keyIdOf(recipient)).toBe(sealed.key);
});

test('what is sealed opens with its key, for what it is meant, and is never the same twice', async () => {
  const sealed = await webSealer.seal(recipient, value, context);
  expect(await open(sealed, own, context)).toEqual(value);
  expect((await webSealer.seal(recipient, value, context)).text).not.toBe(sealed.text);
  for (const other of [{ tenant: 'b' }, { recipient: 'pi-2' }, { app: 'b' }, { name: 'B' }, { version: 2 }])
    expect(await open(sealed, own, { ...context, ...other })).toBe(null);
});

test('changed, cut short, or sealed to another key it does not open', async () => {
  const sealed = await webSealer.seal(recipient, value, context);
  const bytes = Buffer.from(sealed.text, 'base64');
  const changed = Buffer.from(bytes);
  changed[0] = (changed[0] ?? 0) ^ 1;
  for (const text of [changed, bytes.subarray(1), bytes.subarray(0, 15)])
    expect(await open({ ...sealed, text: text.toString('base64') }, own, context)).toBe(null);
  expect(await open({ ...sealed, enc: newSealingKey() }, own, context)).toBe(null);
  expect(await open(sealed, await newKeyPair(), context)).toBe(null);
});

test('a key of zeros is sealed to by nobody', async () => {
  await expect(webSealer.seal(new Uint8Array(32), value, context)).rejects.toThrow();
});

test('the private half of a key cannot be read out', async () => {
  await expect(crypto.subtle.exportKey('pkcs8', own.privateKey)).rejects.toThrow();
});
