import { encodeCursor } from '../port/cursor.ts';
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
