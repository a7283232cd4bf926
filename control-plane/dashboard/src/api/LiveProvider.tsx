import { useQueryClient } from '@tanstack/react-query';
import type { StreamChange } from '@wherry/protocol';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { affectedBy } from './affected.ts';
import { coalesce } from './coalesce.ts';
import { type LiveState, openLiveStream } from './live-stream.ts';

type Listener = (change: StreamChange) => void;
interface Live {
  readonly state: LiveState;
  readonly listen: (listener: Listener) => () => void;
}

const LiveContext = createContext<Live>({ state: 'connecting', listen: () => () => undefined });

/** One stream for the whole page: changes make cached things old, and what is on the screen is asked for again. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    const refresh = coalesce((keys) => keys.forEach((queryKey) => void queries.invalidateQueries({ queryKey })), {
      nowMs: () => performance.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    });
    const close = openLiveStream({
      state: setState,
      change: (change) => {
        refresh.add(affectedBy(change));
        for (const listener of listeners.current) listener(change);
      },
      caughtUp: () => void queries.invalidateQueries(),
    });
    return () => {
      close();
      refresh.stop();
    };
  }, [queries]);

  const live = useMemo(
    () => ({
      state,
      listen: (listener: Listener) => {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [state],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLiveState(): LiveState {
  return useContext(LiveContext).state;
}

/** Calls `listener` for each change while the component is on the page. */
export function useChanges(listener: Listener): void {
  const { listen } = useContext(LiveContext);
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => listen((change) => newest.current(change)), [listen]);
}
