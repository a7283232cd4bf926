import type { Problem } from '../errors.ts';
import { type Locate, problemAt } from './explain.ts';
import { asksForHardware, type HardwareGrants } from './hardware.ts';
import type { Capabilities, Trigger, WasmAbi } from './release.ts';

/**
 * Requests to one http trigger at once (`concurrency`), each in an instance of its own. So it is for programs of which each call begins
 * a fresh instance anyway, and which own nothing that two writers would spoil. Publishing refuses it elsewhere; a device that
 * meets such a release makes one call at a time.
 */
export interface ConcurrentParts {
  readonly variants: readonly { readonly kind: string; readonly abi?: WasmAbi }[];
  readonly triggers: readonly Trigger[];
  readonly capabilities: Pick<Capabilities, 'dataBytes'> & HardwareGrants;
}

/** Why its calls are one at a time, with what to do; null when they need not be. */
export function whyNotConcurrent({ variants, triggers, capabilities }: ConcurrentParts): string | null {
  if (variants.some(({ abi }) => abi === 'assemblyscript'))
    return 'an assemblyscript module is one instance that lasts, and its calls are one at a time: leave concurrency out';
  if (triggers.some(({ on }) => on === 'start'))
    return 'a program with a start trigger is one instance that lasts: leave concurrency out, or the start trigger';
  if (capabilities.dataBytes !== undefined)
    return 'a data folder has one writer: leave concurrency out, or keep what lasts in kv';
  return asksForHardware(capabilities) ? 'pins, buses and ports have one owner: leave concurrency out' : null;
}

export function checkConcurrency(parts: ConcurrentParts, locate: Locate): Problem[] {
  const reason = whyNotConcurrent(parts);
  if (reason === null) return [];
  return parts.triggers.flatMap((trigger, i) =>
    concurrencyOf(trigger) > 1 ? [problemAt(['triggers', i, 'http', 'concurrency'], reason, locate)] : [],
  );
}

/** Calls of a trigger that may run at once. */
export function concurrencyOf(trigger: Trigger): number {
  return trigger.on === 'http' ? (trigger.concurrency ?? 1) : 1;
}
