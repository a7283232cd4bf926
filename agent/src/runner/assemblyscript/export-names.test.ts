import { describe, expect, it } from 'vitest';
import { checkExportNames } from './export-names.ts';

describe('export names', () => {
  it.each(['memory', 'onStart', '__new', 'Thing#constructor', 'Thing#toString', 'Thing#get:size', 'a.b.c'])(
    'takes %s',
    (name) => expect(() => checkExportNames([name])).not.toThrow(),
  );

  it.each([
    'constructor#toString',
    '__proto__.x',
    'a.__proto__.b',
    'constructor',
    'toString',
    'hasOwnProperty#x',
    'A#__proto__',
    'A#set:__proto__',
  ])('refuses %s', (name) =>
    expect(() => checkExportNames([name])).toThrow(expect.objectContaining({ code: 'module_malformed' })),
  );
});
