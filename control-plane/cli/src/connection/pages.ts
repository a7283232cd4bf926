import { LIMITS } from '@wherry/protocol';

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The first `limit` items of a list that the server answers in pages, and whether there are more. */
export async function firstItems<T>(
  limit: number,
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<{ items: T[]; hasMore: boolean }> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const size = Math.min(limit - items.length, LIMITS.pageSizeMax);
    const page: Page<T> = await read(cursor === null ? { limit: size } : { limit: size, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < limit);
  return { items: items.slice(0, limit), hasMore: cursor !== null || items.length > limit };
}
