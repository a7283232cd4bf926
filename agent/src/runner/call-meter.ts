import { FUEL_EXPORT, START_EXPORT } from '@wherry/protocol/admission';
import type { LimitMarks } from './messages.ts';

/**
 * What is counted of one call inside the runner: the fuel that its instances hold in a global of theirs (protocol's admission/fuel), and
 * marks for limits that were hit without an end of the call. A release without a fuel limit has instances without such a global.
 */
interface Counter {
  value: bigint;
}

export class CallMeter {
  readonly #limit: bigint | null;
  #counters: Counter[] = [];
  #marks: Record<string, number> = {};

  constructor(fuel: number | undefined) {
    this.#limit = fuel === undefined ? null : BigInt(fuel);
  }

  /** A call begins, or the guest pulls the next one. */
  begin(): void {
    for (const counter of this.#counters) counter.value = this.#limit as bigint;
  }

  /**
   * Takes a new instance: the only one from now on, or one more beside those of the same guest. Its start function runs here, on the
   * fuel that a call has.
   */
  attach(exports: Readonly<Record<string, unknown>>, isOneMore = false): void {
    if (this.#limit === null) return;
    if (!isOneMore) this.#counters = [];
    this.#counters.push(exports[FUEL_EXPORT] as Counter);
    (exports[START_EXPORT] as (() => void) | undefined)?.();
  }

  get isOutOfFuel(): boolean {
    return this.#counters.some((counter) => counter.value < 0n);
  }

  mark(name: keyof LimitMarks, amount = 1): void {
    this.#marks[name] = (this.#marks[name] ?? 0) + amount;
  }

  /** As `mark`, for an amount of which the highest counts. */
  markMost(name: keyof LimitMarks, amount: number): void {
    this.#marks[name] = Math.max(this.#marks[name] ?? 0, amount);
  }

  /** Figures of the call that has ended. */
  end(): { readonly fuel?: number; readonly hits?: LimitMarks } {
    const hits = this.#marks;
    this.#marks = {};
    const limit = this.#limit;
    const fuel = limit === null ? null : this.#counters.reduce((sum, { value }) => sum + Number(limit - value), 0);
    return { ...(fuel === null ? {} : { fuel }), ...(Object.keys(hits).length === 0 ? {} : { hits }) };
  }
}
