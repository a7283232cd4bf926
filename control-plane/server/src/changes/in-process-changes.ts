import type { StreamChange } from '@wherry/protocol';
import type { Changes } from '../app/context.ts';

/** Changes within this process. A listener that throws is its own fault and stops nobody else. */
export function createChanges(onListenerError: (error: unknown) => void): Changes {
  const listeners = new Map<string, Set<(change: StreamChange) => void>>();
  return {
    emit(tenant, change) {
      for (const listener of [...(listeners.get(tenant) ?? [])]) {
        try {
          listener(change);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    listen(tenant, listener) {
      const own = listeners.get(tenant) ?? new Set();
      listeners.set(tenant, own);
      // A wrapper, so that one function that listens twice is two listeners.
      const entry = (change: StreamChange) => listener(change);
      own.add(entry);
      return () => {
        own.delete(entry);
        if (own.size === 0 && listeners.get(tenant) === own) listeners.delete(tenant);
      };
    },
  };
}
