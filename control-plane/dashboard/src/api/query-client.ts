import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@wherry/protocol';
import { KEYS } from './keys.ts';

/** A refusal stays a refusal; only a missing answer or a fault of the server is worth asking again. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && !(error instanceof ApiError && error.problem.status < 500);
}

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signOutWhenRefused }),
    mutationCache: new MutationCache({
      onError: signOutWhenRefused,
      onSuccess: () => void client.invalidateQueries({ queryKey: KEYS.audit }),
    }),
    defaultOptions: {
      // The stream says when something is old; the interval is for what the stream missed.
      queries: { retry: isWorthRetrying, staleTime: 10_000, refetchInterval: 60_000 },
    },
  });
  function signOutWhenRefused(error: Error) {
    if (error instanceof ApiError && error.problem.status === 401) client.setQueryData(KEYS.session, null);
  }
  return client;
}
