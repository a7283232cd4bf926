import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, closeSession, getSession, type Operation, type Session } from '@wherry/protocol';
import { createContext, useContext } from 'react';
import { api } from './client.ts';
import { KEYS } from './keys.ts';
import { mayHere } from './may-here.ts';

export const SessionContext = createContext<Session | null>(null);

/** Null when nobody is signed in. */
export function useSessionQuery() {
  return useQuery({
    queryKey: KEYS.session,
    queryFn: () =>
      api.call(getSession, {}).catch((error: unknown) => {
        if (error instanceof ApiError && error.problem.status === 401) return null;
        throw error;
      }),
    staleTime: 60_000,
  });
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new TypeError('useSession outside of a signed-in page');
  return session;
}

export function useMay(operation: Operation): boolean {
  return mayHere(useSession(), operation);
}

/** What one operator was shown is not there for the next one at the same browser. */
export function changeSession(queries: QueryClient, session: Session | null): void {
  queries.setQueryData(KEYS.session, session);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEYS.session[0] });
}

export function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    await api.call(closeSession, {}).catch(() => undefined);
    changeSession(queries, null);
  };
}
