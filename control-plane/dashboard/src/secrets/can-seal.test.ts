import { afterEach, expect, test, vi } from 'vitest';
import { whyNotSealing } from './can-seal.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a browser with X25519 can seal', async () => {
  expect(await whyNotSealing()).toBe(null);
});

test('on a page that came plainly from elsewhere there is no cryptography, and it says where to go', async () => {
  vi.stubGlobal('crypto', { subtle: undefined });
  expect(await whyNotSealing()).toContain('https://');
});

test('a browser without X25519 is told so', async () => {
  const generateKey = async () => {
    throw new DOMException('Unrecognized name', 'NotSupportedError');
  };
  vi.stubGlobal('crypto', { subtle: { generateKey } });
  expect(await whyNotSealing()).toContain('X25519');
});
