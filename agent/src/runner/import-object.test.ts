import { describe, expect, it } from 'vitest';
import { importObject } from './import-object.ts';

const offered = new Map([['env', new Map([['abort', () => undefined]])]]);
const wanted = (module: string, name: string, kind: 'function' | 'memory' = 'function') => [{ module, name, kind }];

describe('import object', () => {
  it('has what was asked for and offered, and no prototype', () => {
    const imports = importObject(wanted('env', 'abort'), offered);
    expect(Object.getPrototypeOf(imports)).toBeNull();
    expect(Object.getPrototypeOf(imports.env)).toBeNull();
    expect(Object.keys(imports.env ?? {})).toEqual(['abort']);
  });

  it.each([
    ['env', 'constructor'],
    ['env', '__proto__'],
    ['env', 'hasOwnProperty'],
    ['__proto__', 'constructor'],
    ['constructor', 'prototype'],
    ['Math', 'constructor'],
    ['Date', 'constructor'],
    ['toString', 'call'],
  ])('refuses %s.%s', (module, name) =>
    expect(() => importObject(wanted(module, name), offered)).toThrow(
      expect.objectContaining({ code: 'import_refused' }),
    ),
  );

  it('refuses another kind under a known name', () =>
    expect(() => importObject(wanted('env', 'abort', 'memory'), offered)).toThrow(
      expect.objectContaining({ code: 'import_refused' }),
    ));
});
