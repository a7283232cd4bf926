import { expect, test } from 'vitest';
import { withoutLineEnd } from './value-bytes.ts';

test.each([
  ['key', 'key'],
  ['key\n', 'key'],
  ['key\r\n', 'key'],
  ['key\n\n', 'key\n'],
  ['key\r', 'key\r'],
  ['two\nlines\n', 'two\nlines'],
  ['\n', ''],
  ['', ''],
])('%j is the value %j', (given, value) => {
  expect(new TextDecoder().decode(withoutLineEnd(new TextEncoder().encode(given)))).toBe(value);
});
