import type { GuestLimits, LimitHit } from '@wherry/protocol';
import type { DoneMessage } from '../../runner/messages.ts';
import { WASM_BOUNDS } from './bounds.ts';

/** What the runner told of a call's end that concerns limits; its word is taken for its own program only. */
export type ToldHits = Pick<DoneMessage, 'hits' | 'fuel' | 'peakBytes'> & { readonly code: string | null };

/** How a call hit limits that do not end the runner. `heldBack`: host calls that had to wait during the call. */
export function hitsOfCall(told: ToldHits, limits: GuestLimits, heldBack: number, dataBytes: number): LimitHit[] {
  const { hits = {}, code, peakBytes } = told;
  const found: LimitHit[] = [];
  if (code === 'memory_limit') found.push({ limit: 'memory', limitBytes: limits.memoryBytes, usedBytes: peakBytes });
  if (code === 'fuel_limit') found.push({ limit: 'fuel', limitFuel: limits.fuel ?? 0, usedFuel: told.fuel ?? 0 });
  if ((hits.stack ?? 0) > 0) found.push({ limit: 'stack' });
  if ((hits.open_files ?? 0) > 0) found.push({ limit: 'open_files', limitCount: WASM_BOUNDS.openFiles });
  if ((hits.disk ?? 0) > 0) found.push({ limit: 'disk', limitBytes: dataBytes, usedBytes: hits.disk ?? 0 });
  if ((hits.log_lines ?? 0) > 0)
    found.push({ limit: 'log_lines', limitPerSecond: WASM_BOUNDS.logLinesPerSecond, heldBack: hits.log_lines ?? 0 });
  if (heldBack > 0) found.push({ limit: 'host_calls', limitPerSecond: hostCallsPerSecond(limits), heldBack });
  return found;
}

/** The hit that a failed call is told with. */
export function causeOf(code: string | null, hits: readonly LimitHit[]): LimitHit | undefined {
  const name = code === 'memory_limit' ? 'memory' : code === 'fuel_limit' ? 'fuel' : null;
  return hits.find(({ limit }) => (name === null ? limit === 'stack' && code !== null : limit === name));
}

export function hostCallsPerSecond({ hostCallsPerSecond: wanted }: GuestLimits): number {
  return Math.min(wanted ?? WASM_BOUNDS.hostCallsPerSecond, WASM_BOUNDS.hostCallsPerSecond);
}
