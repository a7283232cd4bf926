import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.ts';
import { codeOf } from './testing/device.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));

describe('strict JSON', () => {
  it.each([
    '{"a":[1,-2,0,true,false,null,"x"],"b":{}}',
    ' { "a" : [ ] } \n',
    '"\\u00e4\\n\\"\\\\\\/ä😀\u0085\u007f"',
    '9007199254740991',
    '"\\ud83d\\ude00"',
    `${'['.repeat(33)}${']'.repeat(33)}`,
    '{"constructor":1,"toString":{"hasOwnProperty":[]}}',
  ])('%s is read as everybody reads it', (text) => {
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    ['a key twice', '{"a":1,"b":{"c":1,"c":1}}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['__proto__', '{"__proto__":{"version":1}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}'],
    ['a fraction', '1.0'],
    ['an exponent', '1e3'],
    ['infinity', '1e309'],
    ['a leading zero', '01'],
    ['minus zero', '-0'],
    ['a number that a double cannot hold', '9007199254740993'],
    ['a number far away', '1'.repeat(400)],
    ['nested one level too deep', `${'['.repeat(34)}${']'.repeat(34)}`],
    ['nested too deeply', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['objects nested too deeply', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
    ['half a surrogate pair', '"\\ud800"'],
    ['a raw line break', '"a\nb"'],
    ['an unknown escape', '"\\x41"'],
    ['a short escape', '"\\u12"'],
    ['a trailing comma', '[1,]'],
    ['a comment', '{}//'],
    ['two documents', '{}{}'],
    ['a byte order mark', '\ufeff{}'],
    ['NaN', 'NaN'],
    ['nothing', ''],
    ['a cut object', '{"a":1'],
    ['a cut string', '{"a'],
  ])('%s is refused', (_, text) => expect(codeOf(parse(text))).toBe('metadata_malformed'));

  it('bytes that are no UTF-8 are refused', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ])
      expect(codeOf(parseStrictJson(Uint8Array.from(bytes)))).toBe('metadata_malformed');
  });
});
