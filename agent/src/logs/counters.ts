import type { Logger } from './logger.ts';

/** Totals by name. What a stranger can cause is counted each time and logged once per name, so that nobody fills a disk from outside. */
export interface Counters {
  add(name: string): void;
  /** Counts, and writes a warning the first time. */
  note(name: string, fields: object, message: string): void;
  all(): Readonly<Record<string, number>>;
}

export function createCounters(log: Logger): Counters {
  const totals = new Map<string, number>();
  const add = (name: string) => {
    const total = (totals.get(name) ?? 0) + 1;
    totals.set(name, total);
    return total;
  };
  return {
    add: (name) => void add(name),
    note(name, fields, message) {
      if (add(name) === 1) log.warn({ ...fields, counter: name }, `${message}; further ones are only counted`);
    },
    all: () => Object.fromEntries(totals),
  };
}
