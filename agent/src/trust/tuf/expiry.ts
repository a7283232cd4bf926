import { type Outcome, refuse, succeed } from '@wherry/protocol';

/** TUF 1.0 §5.3.10, 5.4.4, 5.5.6, 5.6.5: freeze. Code: freeze_attack. */
export function checkExpiry(
  file: { readonly expiresAtMs: number; readonly version: number },
  nowMs: number,
  what: string,
): Outcome<void> {
  if (file.expiresAtMs > nowMs) return succeed(undefined);
  return refuse('freeze_attack', `${what} ${file.version} has expired at ${new Date(file.expiresAtMs).toISOString()}`);
}
