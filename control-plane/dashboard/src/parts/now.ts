import { useSyncExternalStore } from 'react';

/** One ticking second for the whole page, running only while something on it shows a relative time. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => {
    if (!timer) nowMs = Date.now();
    return nowMs;
  });
}
