import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalJson } from './canonical.ts';

describe('canonical JSON', () => {
  it('sorts keys by UTF-16 code units and leaves out undefined members', () => {
    expect(canonicalJson({ b: 1, a: [{ z: null, y: undefined }], '\u{10000}': 0, '\uffff': 0 })).toBe(
      '{"a":[{"z":null}],"b":1,"\u{10000}":0,"\uffff":0}',
    );
  });

  it('does not depend on the order in which a value was made', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  it('means the same as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is UTF-8 as bytes', () => {
    expect([...canonicalBytes('ü')]).toEqual([0x22, 0xc3, 0xbc, 0x22]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 0, undefined, Symbol('x')])('refuses %s', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});
