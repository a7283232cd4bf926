import type { Distribution, RolloutForecast } from '@wherry/protocol';
import type { RolloutPlan } from '../rollouts/plan.ts';
import { type Assumptions, type ForecastRun, runForecast } from './run.ts';

/** Many runs of one plan, each with a seed of its own that follows from the first. */
export function forecast(plan: RolloutPlan, assumed: Assumptions, seed: number, count: number): RolloutForecast {
  const runs = Array.from({ length: count }, (_, index) => runForecast(plan, assumed, (seed + index * 7_919) >>> 0));
  const devices = plan.members.filter(({ state }) => state === 'pending').length;
  const halted = runs.filter(({ state }) => state === 'halted');
  const reached = distributionOf(runs.map((run) => run.reached));
  return {
    devices,
    runs: count,
    completed: runs.filter(({ state }) => state === 'completed').length,
    halted: halted.length,
    unfinished: runs.filter(({ state }) => state === 'unfinished').length,
    reached,
    failed: distributionOf(runs.map((run) => run.failed)),
    tookMs: distributionOf(runs.map((run) => Math.round(run.tookMs))),
    halts: haltsOf(halted),
    sentence: sentenceOf(devices, count, halted.length, reached),
  };
}

export function distributionOf(values: readonly number[]): Distribution {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length);
  return { min: sorted[0] ?? 0, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted[sorted.length - 1] ?? 0, mean };
}

function haltsOf(runs: readonly ForecastRun[]): RolloutForecast['halts'] {
  const groups = Map.groupBy(runs, ({ verdict }) => `${verdict?.wave} ${verdict?.limit}`);
  return [...groups.values()].flatMap((some) => {
    const verdict = some[0]?.verdict;
    return verdict ? [{ limit: verdict.limit, wave: verdict.wave, count: some.length }] : [];
  });
}

function sentenceOf(devices: number, runs: number, halted: number, reached: Distribution): string {
  if (halted === 0)
    return `In none of ${runs} runs a gate tripped; ${reached.p50} of ${devices} devices were reached in the middle one.`;
  return `In ${halted} of ${runs} runs a gate tripped; ${reached.p50} of ${devices} devices were reached in the middle run, ${reached.max} in the worst.`;
}
