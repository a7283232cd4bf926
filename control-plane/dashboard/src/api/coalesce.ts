import type { Key } from './keys.ts';

/**
 * Gathers keys and hands them on together, each once: a fleet that reports a thousand changes a second costs one refetch a
 * round. The first key of a quiet time goes out after `firstMs`, later ones in rounds of `everyMs`.
 */
export interface Coalescer {
  add(keys: readonly Key[]): void;
  stop(): void;
}

export interface Timers {
  readonly nowMs: () => number;
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export const COALESCE_MS = { first: 60, every: 1_000 } as const;

export function coalesce(flush: (keys: readonly Key[]) => void, timers: Timers): Coalescer {
  const waiting = new Map<string, Key>();
  let flushedAtMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const run = () => {
    cancel = undefined;
    flushedAtMs = timers.nowMs();
    const keys = [...waiting.values()];
    waiting.clear();
    flush(keys);
  };
  return {
    add(keys) {
      for (const key of keys) waiting.set(key.join('\n'), key);
      if (waiting.size === 0 || cancel) return;
      const delayMs = Math.max(COALESCE_MS.first, flushedAtMs + COALESCE_MS.every - timers.nowMs());
      cancel = timers.after(delayMs, run);
    },
    stop() {
      cancel?.();
      cancel = undefined;
      waiting.clear();
    },
  };
}
