import { mergeSamples } from '../core/outbox/merge.ts';
import { isRemarkable, type Measured } from './remarkable.ts';

/** How long nothing new may wait, and from which change of the host's processor on it is new. */
export interface Patience {
  readonly forMs: number;
  readonly hostCpuShare: number;
}

/** Holds unremarkable samples back, joined to one, until something happens or `forMs` is over. Pure. */
export interface Held {
  readonly sent: Measured | null;
  readonly waiting: Measured | null;
}

export const NOTHING_HELD: Held = { sent: null, waiting: null };

/** What to send of a new sample, if anything, and what is held now. `forMs` 0 holds nothing back. */
export function take(
  held: Held,
  now: Measured,
  { forMs, hostCpuShare }: Patience,
): { readonly held: Held; readonly send: Measured | null } {
  const joined = held.waiting === null ? now : mergeSamples(held.waiting, now);
  const isDue = joined.toMs - joined.fromMs >= forMs || joined.toMs < joined.fromMs;
  // Judged by itself: joined to an hour of quiet, a minute of work would not stand out.
  if (isDue || isRemarkable(held.sent, now, hostCpuShare)) return { held: { sent: now, waiting: null }, send: joined };
  return { held: { ...held, waiting: joined }, send: null };
}
