import { isClosed } from './approval.ts';
import { freeSlots } from './counts.ts';
import { findBreach, findShortfall, isReached } from './gates.ts';
import type { RolloutEffect, RolloutEnv, RolloutHeader, WaveHeader } from './model.ts';
import { allowance } from './pace.ts';

export interface Evaluation {
  readonly rollout: RolloutHeader;
  readonly effects: readonly RolloutEffect[];
}

/**
 * What follows from the sums: a crossed limit halts at once, a wave at its end passes or halts, free slots are filled.
 * `isPickEmpty`: the last pick found nobody, so that asking again now would find nobody either.
 */
export function evaluate(header: RolloutHeader, env: RolloutEnv, isPickEmpty = false): Evaluation {
  if (!WATCHED_STATES.has(header.state)) return { rollout: header, effects: [] };
  for (const [index, wave] of header.waves.entries()) {
    const breach = findBreach(wave, index, env.nowMs);
    if (breach) return halt(header, breach);
  }
  if (header.state === 'completed') {
    // Devices that joined it since may have taken it above the share.
    if (hasPending(header) && isClosed(header, header.currentWave))
      return { rollout: { ...header, state: 'awaiting_approval', finishedAtMs: null }, effects: [] };
    return { rollout: header, effects: fill(header, env, isPickEmpty) };
  }
  return header.state === 'running' ? advance(header, env, isPickEmpty) : { rollout: header, effects: [] };
}

/** A completed rollout still takes in devices that it waited for, so its limits still hold. */
const WATCHED_STATES: ReadonlySet<RolloutHeader['state']> = new Set([
  'running',
  'paused',
  'awaiting_approval',
  'completed',
]);

function advance(start: RolloutHeader, env: RolloutEnv, isPickEmpty: boolean): Evaluation {
  let header = start;
  for (;;) {
    const index = header.currentWave;
    const wave = waveAt(header, index);
    if (isClosed(header, index)) return { rollout: { ...header, state: 'awaiting_approval' }, effects: [] };
    if (!isSettled(wave)) return { rollout: header, effects: fill(header, env, isPickEmpty) };
    if (wave.total > wave.counts.skipped && !isReached(wave)) {
      const later = sumBetween(header, index + 1, lastOpenWave(header), (other) => other.counts.pending);
      if (later > 0 && !isPickEmpty) return { rollout: header, effects: borrow(header, wave, env) };
      // Nobody of the whole rollout has answered: there is nothing to go by, so it waits until one is heard.
      if (!header.waves.some(isReached)) return { rollout: header, effects: fill(header, env, isPickEmpty) };
    }
    const shortfall = findShortfall(wave, index, env.nowMs);
    if (shortfall) return halt(header, shortfall);
    header = pass(header, index);
    if (index === header.waves.length - 1) {
      const isDone = header.waves.every(isSettled);
      const rollout: RolloutHeader = isDone ? { ...header, state: 'completed', finishedAtMs: env.nowMs } : header;
      return { rollout, effects: fill(rollout, env, isPickEmpty) };
    }
    header = { ...header, currentWave: index + 1 };
    isPickEmpty = false;
  }
}

/** Every member has its verdict, was left out, or waits aside. */
function isSettled(wave: WaveHeader): boolean {
  return wave.counts.pending === 0 && wave.counts.in_flight === 0 && wave.counts.soaking === 0;
}

function fill(header: RolloutHeader, env: RolloutEnv, isPickEmpty: boolean): RolloutEffect[] {
  const count = assignable(header, env);
  if (isPickEmpty || count === 0 || !hasPending(header)) return [];
  return [{ type: 'pick', fromWave: 0, throughWave: header.currentWave, count, isBorrowing: false }];
}

function hasPending({ waves, currentWave }: RolloutHeader): boolean {
  return waves.some((wave, index) => index <= currentWave && wave.counts.pending > 0);
}

/** Devices that the cap and the pace allow now. */
export function assignable(header: RolloutHeader, env: RolloutEnv): number {
  return Math.min(freeSlots(header), allowance(header, env));
}

/** A wave of which nobody can be reached takes as many online devices of later waves, so that a wave is never passed unseen. */
function borrow(header: RolloutHeader, wave: WaveHeader, env: RolloutEnv): RolloutEffect[] {
  const count = Math.min(assignable(header, env), wave.counts.waiting);
  if (count === 0) return [];
  const fromWave = header.currentWave + 1;
  return [{ type: 'pick', fromWave, throughWave: lastOpenWave(header), count, isBorrowing: true }];
}

function pass(header: RolloutHeader, index: number): RolloutHeader {
  return { ...header, waves: header.waves.map((wave, at) => (at === index ? { ...wave, isPassed: true } : wave)) };
}

function halt(header: RolloutHeader, verdict: NonNullable<RolloutHeader['verdict']>): Evaluation {
  return { rollout: { ...header, state: 'halted', verdict, finishedAtMs: null }, effects: [] };
}

function waveAt(header: RolloutHeader, index: number): WaveHeader {
  const wave = header.waves[index];
  if (!wave) throw new RangeError(`rollout has no wave ${index}, only ${header.waves.length}`);
  return wave;
}

/** The last wave that may be drawn on now: none is, past one that a person has yet to approve. */
function lastOpenWave(header: RolloutHeader): number {
  const closed = header.waves.findIndex((_, index) => index > header.currentWave && isClosed(header, index));
  return closed < 0 ? header.waves.length - 1 : closed - 1;
}

function sumBetween(header: RolloutHeader, from: number, through: number, of: (wave: WaveHeader) => number): number {
  return header.waves.slice(from, through + 1).reduce((total, wave) => total + of(wave), 0);
}
