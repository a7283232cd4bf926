import type { Page } from '../port/page.ts';

/** Rows were asked with `limit + 1`: the extra one only tells that there is more. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  key: (row: R) => string | number,
  read: (row: R) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept[kept.length - 1];
  const hasMore = rows.length > limit && last !== undefined;
  return { items: kept.map(read), nextCursor: hasMore ? encodeCursor(String(key(last))) : null };
}

export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

export function decodeCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
}

/** Cursor over numbers; undefined when it is not one. */
export function decodeNumber(cursor: string | undefined): number | undefined {
  const number = Number(decodeCursor(cursor) ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}
