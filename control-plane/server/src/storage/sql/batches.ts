/** Rows of one statement: keeps the number of bound values under what every dialect takes. */
export const ROWS_PER_STATEMENT = 400;

export function* batches<T>(items: readonly T[], size: number = ROWS_PER_STATEMENT): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
