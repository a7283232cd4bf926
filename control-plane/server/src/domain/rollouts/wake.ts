import { freeSlots } from './counts.ts';
import type { RolloutEnv, RolloutHeader } from './model.ts';
import { allowance, nextAllowedAtMs } from './pace.ts';

/** The header with the time at which a `tick` is needed, if time alone changes something. */
export function withWake(header: RolloutHeader, env: RolloutEnv): RolloutHeader {
  const wakeAtMs = wakeAt(header, env);
  return wakeAtMs === header.wakeAtMs ? header : { ...header, wakeAtMs };
}

function wakeAt(header: RolloutHeader, env: RolloutEnv): number | null {
  if (header.state === 'scheduled') return header.startAtMs;
  if (header.state !== 'running' && header.state !== 'completed') return null;
  const hasPending = header.waves.some((wave) => wave.counts.pending > 0);
  if (header.pace === null || !hasPending || freeSlots(header) === 0 || allowance(header, env) > 0) return null;
  return nextAllowedAtMs(header, env);
}
