import { expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { firstItems } from './page.ts';

const ALL = Array.from({ length: 2 * LIMITS.pageSizeMax + 1 }, (_, index) => index);

/** A list in pages, and what was asked of it. */
function listed(all: readonly number[]) {
  const limits: number[] = [];
  return {
    limits,
    async read({ limit, cursor }: { limit: number; cursor?: string }) {
      limits.push(limit);
      const at = Number(cursor ?? 0);
      const next = at + limit;
      return { items: all.slice(at, next), nextCursor: next < all.length ? String(next) : null };
    },
  };
}

it.each([
  [1, true],
  [LIMITS.pageSizeMax, true],
  [LIMITS.pageSizeMax + 1, true],
  [ALL.length, false],
  [Number.POSITIVE_INFINITY, false],
])('reads the first %d items of a list, page by page', async (limit, hasMore) => {
  const { read, limits } = listed(ALL);
  expect(await firstItems(limit, read)).toEqual({ items: ALL.slice(0, limit), hasMore });
  expect(Math.max(...limits)).toBeLessThanOrEqual(LIMITS.pageSizeMax);
});

it('has nothing of an empty list', async () => {
  expect(await firstItems(5, listed([]).read)).toEqual({ items: [], hasMore: false });
});
