import { expect, test } from 'vitest';
import { bytes, celsius, count, counted, percent } from './units.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [16 * 1024 ** 2, '16 MiB'],
  [123.4 * 1024 ** 2, '123 MiB'],
  [4 * 1024 ** 4, '4 TiB'],
  [4096 * 1024 ** 4, '4096 TiB'],
])('%d bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.004, '0.4 %'],
  [0.05, '5 %'],
  [0.123, '12 %'],
  [1, '100 %'],
  [1.5, '150 %'],
])('a share of %d is %s', (value, text) => {
  expect(percent(value)).toBe(text);
});

test('counts carry their noun', () => {
  expect([counted(1, 'device'), counted(0, 'device'), count(12_345), celsius(51.6)]).toEqual([
    '1 device',
    '0 devices',
    '12,345',
    '52 °C',
  ]);
});
