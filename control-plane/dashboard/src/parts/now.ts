import { useSyncExternalStore } from 'react';

/** One ticking second for the whole page, running only while something on it shows a relative time. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // Nobody was counting: React compares the snapshot again after subscribing and draws the time of now.
    tick();
    timer = setInterval(tick, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  nowMs = Date.now();
  for (const each of listeners) each();
}

/** The snapshot changes by a tick alone: React takes one that differs between two looks for an endless loop. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}
