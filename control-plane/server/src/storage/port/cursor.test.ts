import { describe, expect, test } from 'vitest';
import { decodeCursor, decodeNumber, encodeCursor } from './cursor.ts';

describe('a cursor', () => {
  test('comes back as it was given out', () => {
    expect(decodeCursor(encodeCursor('pi-7'))).toBe('pi-7');
    expect(decodeNumber(encodeCursor(42))).toBe(42);
    expect(decodeCursor(undefined)).toBe(undefined);
  });
  test.each(['', 'x', 'pi-7', 'cGktNw', '!!!!', `${encodeCursor('pi-7')}=`])(
    'that was made up is refused: %j',
    (made) => {
      expect(() => decodeCursor(made)).toThrow(expect.objectContaining({ code: 'invalid_query' }));
      expect(() => decodeNumber(made)).toThrow(expect.objectContaining({ code: 'invalid_query' }));
    },
  );
  test('over names is not one over numbers', () => {
    expect(() => decodeNumber(encodeCursor('pi-7'))).toThrow(expect.objectContaining({ code: 'invalid_query' }));
  });
});
