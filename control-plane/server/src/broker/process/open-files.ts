import { readFileSync } from 'node:fs';

/** Files that a process has open besides the sockets of devices: the runtime's own, listeners, pipes. */
const KEPT_FOR_OTHERS = 100;

/** How many connections there is room for when this many files may be open; never more than wanted. */
export function connectionsWithin(openFiles: number, wanted: number): number {
  return Math.max(1, Math.min(wanted, openFiles - KEPT_FOR_OTHERS));
}

/** The soft limit of this process, which Node has raised to the hard one. Source: proc(5), `limits`. Infinity where there is no /proc. */
export function openFilesLimit(): number {
  try {
    return readLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export function readLimit(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
