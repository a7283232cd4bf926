/**
 * Quarantine: a release that failed on this device is not tried again by itself (rule A5). An operator's higher attempt is the
 * only way out; going back to the same attempt through another release is not.
 */
export function isQuarantined(attempt: number, failedAttempt: number | null): boolean {
  return failedAttempt !== null && attempt <= failedAttempt;
}
