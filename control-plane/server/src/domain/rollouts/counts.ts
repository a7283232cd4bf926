import { MEMBER_STATES, type MemberState } from '@wherry/protocol';
import { FAILED_DEVICES_NAMED, type Member, type RolloutHeader, type WaveHeader } from './model.ts';

/** States that count as a failure (DESIGN "Gates"): all alike. */
export const FAILURE_STATES: ReadonlySet<MemberState> = new Set([
  'failed',
  'reverted',
  'rejected',
  'timed_out',
  'unhealthy',
]);

/** States that a member leaves no more (R5). */
export const FINAL_MEMBER_STATES: ReadonlySet<MemberState> = new Set([...FAILURE_STATES, 'succeeded', 'skipped']);

export function emptyCounts(): Record<MemberState, number> {
  return Object.fromEntries(MEMBER_STATES.map((state) => [state, 0])) as Record<MemberState, number>;
}

/** The header after one member changed from `before` to `after`; its wave may change too (borrowing). */
export function recount(header: RolloutHeader, before: Member, after: Member): RolloutHeader {
  if (before.state === after.state && before.wave === after.wave) return header;
  const waves = [...header.waves];
  put(waves, before.wave, (wave) => count(wave, before.state, -1));
  put(waves, after.wave, (wave) => count(wave, after.state, 1));
  if (FAILURE_STATES.has(after.state) && !FAILURE_STATES.has(before.state))
    put(waves, after.wave, (wave) => ({
      ...wave,
      failedDevices: [...wave.failedDevices, after.device].slice(0, FAILED_DEVICES_NAMED),
      failureCodes: { ...wave.failureCodes, [codeOf(after)]: (wave.failureCodes[codeOf(after)] ?? 0) + 1 },
    }));
  return { ...header, waves };
}

/** What a failure is counted by: the device's code, or the state where it gave none. */
export function codeOf(member: Member): string {
  return member.code ?? member.state;
}

/** One more pending member of the last wave. */
export function countJoined(header: RolloutHeader, member: Member): RolloutHeader {
  const waves = [...header.waves];
  put(waves, member.wave, (wave) => ({ ...count(wave, member.state, 1), isPassed: false }));
  return { ...header, waves };
}

/** Moves every member that is pending or waiting to skipped, in the sums. */
export function dismissWaiting(header: RolloutHeader): RolloutHeader {
  const waves = header.waves.map((wave) => {
    const { pending, waiting, skipped } = wave.counts;
    return { ...wave, counts: { ...wave.counts, pending: 0, waiting: 0, skipped: skipped + pending + waiting } };
  });
  return { ...header, waves };
}

export function sum(header: RolloutHeader, of: (wave: WaveHeader) => number): number {
  return header.waves.reduce((total, wave) => total + of(wave), 0);
}

/** Devices that may still be assigned now: R1. */
export function freeSlots(header: RolloutHeader): number {
  return Math.max(0, header.maxInFlight - sum(header, (wave) => wave.counts.in_flight));
}

function count(wave: WaveHeader, state: MemberState, by: 1 | -1): WaveHeader {
  return { ...wave, total: wave.total + by, counts: { ...wave.counts, [state]: wave.counts[state] + by } };
}

function put(waves: WaveHeader[], index: number, change: (wave: WaveHeader) => WaveHeader): void {
  const wave = waves[index];
  if (!wave) throw new RangeError(`rollout has no wave ${index}, only ${waves.length}`);
  waves[index] = change(wave);
}
