import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { sayInstant, UTC } from './window/calendar.ts';

/**
 * Whether a desired state, whose signature and addressee are checked already, may follow the accepted one: its generation never goes
 * down, and one number has one content (rule A3).
 */
export interface Judged {
  readonly generation: number;
  /** Of the payload bytes. */
  readonly digest: string;
}

/** `isNew` false: it is the accepted one again. Codes: generation_lower, conflict (same generation, other content), expired. */
export function judgeDesired(
  next: Judged & { readonly expiresAtMs: number },
  accepted: Judged | null,
  nowMs: number,
): Outcome<{ readonly isNew: boolean }> {
  if (accepted !== null && next.generation < accepted.generation)
    return refuse('generation_lower', `generation ${next.generation} after ${accepted.generation} was accepted`);
  if (accepted !== null && next.generation === accepted.generation) {
    if (next.digest === accepted.digest) return succeed({ isNew: false });
    return refuse('conflict', `generation ${next.generation} was accepted with other content`);
  }
  if (next.expiresAtMs <= nowMs)
    return refuse(
      'expired',
      `the desired state expired at ${sayInstant(next.expiresAtMs, UTC)}: is the device's clock right, and the control plane's?`,
    );
  return succeed({ isNew: true });
}
