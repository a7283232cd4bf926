import { rolloutId } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { newId, newSecret } from './random.ts';

it('makes ids that the protocol accepts and that sort by time', () => {
  const zero = new Uint8Array(10);
  const full = new Uint8Array(10).fill(255);
  expect(rolloutId.safeParse(newId()).success).toBe(true);
  expect(newId(1_700_000_000_000, full) < newId(1_700_000_000_001, zero)).toBe(true);
  expect(newId(0, zero)).toBe('0'.repeat(26));
});

it('makes secrets of 32 bytes', () => {
  expect(newSecret()).toMatch(/^[0-9a-f]{64}$/);
  expect(newSecret()).not.toBe(newSecret());
});
