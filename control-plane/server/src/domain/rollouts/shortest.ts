import type { RolloutHeader } from './model.ts';
import { burstOf, rateOf } from './pace.ts';

/** Shortest time that a planned rollout takes if every device answers at once and well: soaks, wave after wave, and the pace. */
export function shortestMs(header: RolloutHeader): number {
  let totalMs = 0;
  for (const [index, { counts }] of header.waves.entries()) {
    if (counts.pending === 0) continue;
    totalMs += header.soakMs;
    const { pace } = header;
    if (pace) totalMs += Math.max(0, Math.ceil((counts.pending - burstOf(pace, index)) / rateOf(pace, index)));
  }
  return totalMs;
}
