import { expect, it } from 'vitest';
import { tufCanonicalJson } from './signed-bytes.ts';

it('escapes nothing but quotes and backslashes, sorts names, leaves out what is not there', () => {
  expect(tufCanonicalJson({ b: [1, null, true], a: 'x"\\\n\u0001é', c: undefined })).toBe(
    '{"a":"x\\"\\\\\n\u0001é","b":[1,null,true]}',
  );
});

it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, () => 1, undefined])('has no form for %s', (value) => {
  expect(() => tufCanonicalJson({ value: [value] })).toThrow(TypeError);
});
