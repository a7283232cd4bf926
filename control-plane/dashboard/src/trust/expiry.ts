import type { Look } from '../words/tones.ts';

const SOON_MS = 30 * 86_400_000;

const EXPIRED: Look = {
  label: 'expired',
  tone: 'bad',
  shape: 'warning',
  hint: 'Devices take nothing new until it is signed again: wherry trust renew.',
};
const SOON: Look = { label: 'soon', tone: 'watch', shape: 'clock', hint: 'Sign it again in time: wherry trust renew.' };

/** Null where nobody has to do anything: what the control plane signs itself is always about to expire. */
export function expiryLook(expiresAtMs: number, nowMs: number, isOnline: boolean): Look | null {
  if (expiresAtMs <= nowMs) return EXPIRED;
  return !isOnline && expiresAtMs < nowMs + SOON_MS ? SOON : null;
}
