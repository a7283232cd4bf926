import type { PaceHeader, RolloutEnv, RolloutHeader } from './model.ts';

/**
 * How quickly devices are assigned. In any stretch of time T within a wave at most `burst + rate × T` are: the bucket starts with one
 * device and never holds more than the burst. The rate grows by the wave, that is by evidence and not by waiting.
 */
const MINUTE_MS = 60_000;
/** Seconds of the rate that the bucket holds, so that a shell that looks once a second keeps up. */
const BURST_MS = 2_000;

export function newPace(
  pace: { readonly devicesPerMinute: number; readonly growth?: number | undefined } | null | undefined,
  nowMs: number,
): PaceHeader | null {
  if (!pace) return null;
  return { devicesPerMinute: pace.devicesPerMinute, growth: pace.growth ?? 1, credit: 1, creditAtMs: nowMs };
}

/** Another rate; what the bucket holds stays in it. */
export function changePace(
  header: RolloutHeader,
  wanted: { readonly devicesPerMinute: number; readonly growth?: number | undefined } | null,
  env: RolloutEnv,
): PaceHeader | null {
  const fresh = newPace(wanted, env.nowMs);
  if (!fresh || !header.pace) return fresh;
  return { ...fresh, credit: refill(header.pace, header.currentWave, env).credit };
}

/** Devices per ms in the current wave. */
export function rateOf(pace: PaceHeader, wave: number): number {
  return (pace.devicesPerMinute * pace.growth ** wave) / MINUTE_MS;
}

export function burstOf(pace: PaceHeader, wave: number): number {
  return Math.max(1, rateOf(pace, wave) * BURST_MS);
}

/** The bucket as it is now; a clock that went back adds nothing. */
export function refill(pace: PaceHeader, wave: number, { nowMs }: RolloutEnv): PaceHeader {
  const passedMs = Math.max(0, nowMs - pace.creditAtMs);
  const credit = Math.min(burstOf(pace, wave), pace.credit + passedMs * rateOf(pace, wave));
  return { ...pace, credit, creditAtMs: nowMs };
}

/** Devices that the pace allows now. */
export function allowance(header: RolloutHeader, env: RolloutEnv): number {
  if (!header.pace) return Number.POSITIVE_INFINITY;
  return Math.floor(refill(header.pace, header.currentWave, env).credit + 1e-9);
}

export function spend(header: RolloutHeader, devices: number, env: RolloutEnv): RolloutHeader {
  if (!header.pace || devices === 0) return header;
  const pace = refill(header.pace, header.currentWave, env);
  return { ...header, pace: { ...pace, credit: Math.max(0, pace.credit - devices) } };
}

/** When the pace allows the next device. */
export function nextAllowedAtMs(header: RolloutHeader, env: RolloutEnv): number {
  if (!header.pace) return env.nowMs;
  const { credit } = refill(header.pace, header.currentWave, env);
  return env.nowMs + Math.max(0, Math.ceil((1 - credit) / rateOf(header.pace, header.currentWave)));
}
