import { z } from 'zod';
import { LIMITS } from '../limits.ts';

/** Cursor pagination: opaque `cursor` in, `nextCursor` out; null on the last page. */
export const pageQuery = z.object({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageSizeMax).default(LIMITS.pageSizeDefault),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
