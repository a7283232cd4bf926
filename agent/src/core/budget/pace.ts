/** A bandwidth cap: bytes that were moved are a debt that is paid off at the rate allowed; who has debts waits. */
export interface Pace {
  readonly debtBytes: number;
  readonly atMs: number;
}

export const FRESH_PACE: Pace = { debtBytes: 0, atMs: 0 };

/** Notes `bytes` moved at `nowMs` (a clock that never jumps) and says how long to wait before the next ones. */
export function spend(
  pace: Pace,
  bytes: number,
  bytesPerSecond: number,
  nowMs: number,
): { pace: Pace; waitMs: number } {
  const paidBytes = (Math.max(0, nowMs - pace.atMs) * bytesPerSecond) / 1_000;
  const debtBytes = Math.max(0, pace.debtBytes - paidBytes) + bytes;
  return { pace: { debtBytes, atMs: nowMs }, waitMs: Math.ceil((debtBytes * 1_000) / bytesPerSecond) };
}
