import { expect, it } from 'vitest';
import { whyTooWeak } from './password-rules.ts';

it.each([
  'short',
  'aaaaaaaaaaaaaaaa',
  'abababababab1',
  '123456789012',
  'abcdefghijklm',
  'ada@example.com1',
  'passwordpassword',
  'Welcome-Admin1',
  'ada@example.com-qwerty1',
])('%s is refused', (password) => expect(whyTooWeak(password, 'ada@example.com')).not.toBe(null));

it.each(['grace hopper found a moth', 'x7#Kq!pL0zV2', 'ääöüß¿ñçé漢字かな', 'a'.repeat(20) + 'b9-_x'.repeat(3)])(
  '%s is taken',
  (password) => expect(whyTooWeak(password, 'ada')).toBe(null),
);
