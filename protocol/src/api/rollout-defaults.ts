import type { Gate, RolloutRequest } from './rollout-request.ts';

/** What holds where a request says nothing: the server plans by it, and forms show it. */
export const GATE_DEFAULTS: Omit<Gate, 'maxFailures'> = { minSuccess: 0.95, maxFailureRate: 0.05, minSample: 5 };

/** The first wave tolerates no failure; later ones are bounded by their rate, so their count is their size. */
export const FIRST_WAVE_MAX_FAILURES = 0;

/** One device, a tenth, the rest. */
export const DEFAULT_WAVES: NonNullable<RolloutRequest['waves']> = [
  { size: { count: 1 } },
  { size: { share: 0.1 } },
  { size: { share: 1 } },
];
