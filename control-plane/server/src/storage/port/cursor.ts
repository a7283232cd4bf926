import { WherryError } from '@wherry/protocol';

/**
 * Where a list goes on: opaque to whoever holds it, and refused when it was not made here. What is refused does not depend on what is
 * stored. Code: invalid_query.
 */
const MARK = 'after:';

export function encodeCursor(key: string | number): string {
  return Buffer.from(MARK + key).toString('base64url');
}

export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const key = text.slice(MARK.length);
  if (!text.startsWith(MARK) || key === '' || encodeCursor(key) !== cursor) throw madeUp();
  return key;
}

export function decodeNumber(cursor: string | undefined): number | undefined {
  const key = decodeCursor(cursor);
  if (key === undefined) return undefined;
  if (!/^\d{1,15}$/.test(key)) throw madeUp();
  return Number(key);
}

function madeUp(): WherryError {
  return new WherryError(
    'invalid_query',
    'this cursor was not given out here; leave it out to begin at the first page',
  );
}
