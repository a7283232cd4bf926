/**
 * A suite measures one promise of the documentation and says whether it is kept here. It never fails for being slow: whoever reads
 * its figures decides. What it throws is a fault of the measurement itself.
 */
export interface Suite {
  readonly describe: string;
  /** Its own options, as lines of help. */
  readonly help: string;
  /** `args` are the suite's own options. Progress goes to `say`; the figures are what it returns, JSON through and through. */
  readonly run: (args: readonly string[], say: (line: string) => void) => Promise<SuiteReport>;
}

export interface SuiteReport {
  readonly limits: readonly LimitCheck[];
  readonly [figure: string]: unknown;
}

/** A figure that the documentation promises. `value` is null, with a reason, when it could not be measured. */
export interface LimitCheck {
  readonly name: string;
  readonly limit: number;
  readonly value: number | null;
  readonly isMet: boolean | null;
  readonly reason?: string;
}

export function atMost(name: string, limit: number, value: number | null, reason?: string): LimitCheck {
  return { name, limit, value, isMet: value === null ? null : value <= limit, ...(reason ? { reason } : {}) };
}

export function atLeast(name: string, limit: number, value: number | null, reason?: string): LimitCheck {
  return { name, limit, value, isMet: value === null ? null : value >= limit, ...(reason ? { reason } : {}) };
}
