import type { Look } from '../words/tones.ts';

/** Devices are away for months: the next authority is begun in time for them. */
const IN_TIME_MS = 365 * 86_400_000;

export type AuthorityEnd = 'far' | 'near' | 'over';

export function endOf(notAfterMs: number, nowMs: number): AuthorityEnd {
  if (notAfterMs <= nowMs) return 'over';
  return notAfterMs < nowMs + IN_TIME_MS ? 'near' : 'far';
}

export const END_LOOKS: Readonly<Record<AuthorityEnd, Look>> = {
  far: { label: 'good', tone: 'good', shape: 'check', hint: 'Nothing has to be done yet.' },
  near: {
    label: 'ends soon',
    tone: 'watch',
    shape: 'clock',
    hint: 'Devices that are away need time for the next one.',
  },
  over: { label: 'expired', tone: 'bad', shape: 'warning', hint: 'No device believes it any more.' },
};
