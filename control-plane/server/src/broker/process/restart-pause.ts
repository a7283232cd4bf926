/** How long to wait before a process that ended is started again: at once after a long life, longer with each short one. */
export interface RestartRule {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A life of this length makes up for all before. */
  readonly stableMs: number;
}

export interface Restarts {
  /** Short lives in a row. */
  readonly inARow: number;
}
export const NO_RESTARTS: Restarts = { inARow: 0 };

export function nextRestart(
  before: Restarts,
  livedMs: number,
  rule: RestartRule,
): { restarts: Restarts; pauseMs: number } {
  if (livedMs >= rule.stableMs) return { restarts: { inARow: 1 }, pauseMs: 0 };
  const pauseMs = before.inARow === 0 ? 0 : Math.min(rule.maxMs, rule.firstMs * 2 ** (before.inARow - 1));
  return { restarts: { inARow: Math.min(before.inARow + 1, 30) }, pauseMs };
}
