/** A piece of a list. `nextCursor` is opaque; null on the last page. A cursor that was not made here throws invalid_query. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}
