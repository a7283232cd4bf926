import { expect, test } from 'vitest';
import { DETACHED_TYPES, detachedBytes, detachedSignature } from './detached.ts';
import { PAYLOAD_TYPES } from './envelope.ts';

const PI = { tenant: 'default', device: 'pi-7' };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test('what is signed names its kind and its device, whatever the order of members', () => {
  const bytes = detachedBytes('ack', PI, { upTo: 7, boot: 'a' });
  expect(text(bytes)).toBe(
    'DSSEv1 34 application/vnd.wherry.ack.v1+json 68 {"content":{"boot":"a","upTo":7},"device":"pi-7","tenant":"default"}',
  );
  expect(detachedBytes('ack', PI, { boot: 'a', upTo: 7 })).toEqual(bytes);
});

test('another kind, device or content is other bytes', () => {
  const content = { boot: 'a', upTo: 7 };
  const all = [
    detachedBytes('ack', PI, content),
    detachedBytes('command', PI, content),
    detachedBytes('usage', PI, content),
    detachedBytes('ack', { ...PI, device: 'pi-8' }, content),
    detachedBytes('ack', { ...PI, tenant: 'other' }, content),
    detachedBytes('ack', PI, { ...content, upTo: 8 }),
  ];
  expect(new Set(all.map(text)).size).toBe(all.length);
});

test('no envelope holds a type that is signed beside its content', () => {
  const inEnvelopes: readonly string[] = Object.values(PAYLOAD_TYPES);
  for (const type of Object.values(DETACHED_TYPES)) expect(inEnvelopes).not.toContain(type);
});

test.each(['', 'AA==', 'A'.repeat(88), `${'A'.repeat(85)}B==`, `${'_'.repeat(86)}==`])('%j is no signature', (text) =>
  expect(detachedSignature.safeParse(text).success).toBe(false),
);
