import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorNotice } from './Notice.tsx';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What a query has: its data, also while newer data is on its way or refused, or why there is none. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  return (
    <>
      <ErrorNotice error={query.error} />
      {query.data === undefined ? (
        query.error ? null : (
          <p className="loading" role="status">
            Loading…
          </p>
        )
      ) : (
        children(query.data)
      )}
    </>
  );
}
