import type { Verdict } from '@wherry/protocol';
import { FAILURE_STATES } from './counts.ts';
import type { WaveHeader } from './model.ts';

/**
 * The gates of DESIGN §7 over one wave. Everything is counted over the devices *reached*: those that answered (soaking,
 * succeeded) or failed in any way, less the failures that an operator has acknowledged.
 */
export interface WaveSums {
  readonly failures: number;
  readonly successes: number;
  readonly reached: number;
}

export function sumsOf(wave: WaveHeader): WaveSums {
  const failures = failuresOf(wave) - wave.acknowledged;
  const successes = wave.counts.succeeded;
  return { failures, successes, reached: failures + successes + wave.counts.soaking };
}

/** All failures, acknowledged or not. */
export function failuresOf(wave: WaveHeader): number {
  let failures = 0;
  for (const state of FAILURE_STATES) failures += wave.counts[state];
  return failures;
}

/** True once any device of the wave was reached, acknowledged failures included. */
export function isReached(wave: WaveHeader): boolean {
  return failuresOf(wave) + wave.counts.succeeded + wave.counts.soaking > 0;
}

/** The limit that the wave's failures have crossed, looked at after each report. Both limits are inclusive: at the limit is within it. */
export function findBreach(wave: WaveHeader, index: number, nowMs: number): Verdict | null {
  const { gate } = wave;
  const sums = sumsOf(wave);
  if (sums.failures > gate.maxFailures)
    return verdictOf(wave, index, nowMs, 'maxFailures', gate.maxFailures, sums.failures);
  const rate = sums.reached === 0 ? 0 : sums.failures / sums.reached;
  if (sums.reached >= gate.minSample && rate > gate.maxFailureRate)
    return verdictOf(wave, index, nowMs, 'maxFailureRate', gate.maxFailureRate, rate);
  return null;
}

/** What keeps a wave that has come to its end from passing; null when it may pass. */
export function findShortfall(wave: WaveHeader, index: number, nowMs: number): Verdict | null {
  const sums = sumsOf(wave);
  if (sums.reached === 0) return null;
  const share = sums.successes / sums.reached;
  if (share >= wave.gate.minSuccess) return null;
  return verdictOf(wave, index, nowMs, 'minSuccess', wave.gate.minSuccess, share);
}

/** Failures that are not acknowledged, most first. */
export function failuresByCode(wave: WaveHeader): { code: string; count: number }[] {
  return Object.entries(wave.failureCodes)
    .map(([code, count]) => ({ code, count }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function verdictOf(
  wave: WaveHeader,
  index: number,
  atMs: number,
  limit: Verdict['limit'],
  allowed: number,
  observed: number,
): Verdict {
  const { failures, reached } = sumsOf(wave);
  const place = `${reached} ${reached === 1 ? 'device' : 'devices'} reached in wave ${index + 1}`;
  const named = wave.failedDevices.join(', ') + (failures > wave.failedDevices.length ? ', …' : '');
  const codes = failuresByCode(wave).map(({ code, count }) => `${count} ${code}`);
  const details = [named, codes.join(', ')].filter(Boolean).join('; ');
  const sentence = `${inWords(limit, allowed, observed, failures, place)}${details ? ` (${details})` : ''}`;
  const byCode = failuresByCode(wave);
  const devices = [...wave.failedDevices];
  return { wave: index, limit, allowed, observed, failures, reached, devices, byCode, atMs, sentence };
}

function inWords(limit: Verdict['limit'], allowed: number, observed: number, failures: number, place: string): string {
  switch (limit) {
    case 'maxFailures':
      return `${failures} of ${place} failed, and ${allowed === 0 ? 'none' : `at most ${allowed}`} may`;
    case 'maxFailureRate':
      return `${failures} of ${place} failed: that is ${percent(observed)}, and at most ${percent(allowed)} may`;
    case 'minSuccess':
      return `${percent(observed)} of ${place} succeeded, and ${percent(allowed)} must`;
  }
}

/** The limit itself, in words. */
export function limitInWords({ limit, allowed }: Pick<Verdict, 'limit' | 'allowed'>): string {
  switch (limit) {
    case 'maxFailures':
      return allowed === 0 ? 'no device of a wave may fail' : `at most ${allowed} devices of a wave may fail`;
    case 'maxFailureRate':
      return `at most ${percent(allowed)} of the devices reached in a wave may fail`;
    case 'minSuccess':
      return `at least ${percent(allowed)} of the devices reached in a wave must succeed`;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
