import type { RolloutHeader, SecondApproval, WaveHeader } from './model.ts';

/**
 * Who has to say yes before a wave begins. A wave may ask for any person (`needsApproval`); and where the tenant wants a second
 * operator for rollouts above a share of its devices, the wave that crosses it waits for one who did not make the rollout. Members
 * that were left out count for nobody; devices that join a dynamic rollout later do count, so its last wave may have to wait in its
 * middle.
 */
export function isClosed(header: RolloutHeader, index: number): boolean {
  const wave = header.waves[index];
  return wave !== undefined && ((wave.needsApproval && !wave.isApproved) || isSecondDue(header, index));
}

/** Whether this wave takes the rollout above the share, and nobody else has approved that. */
export function isSecondDue(header: Pick<RolloutHeader, 'waves' | 'second'>, index: number): boolean {
  const { second, waves } = header;
  if (!second || second.approvedBy !== null) return false;
  return devicesThrough(waves, index) > second.aboveDevices;
}

/** The wave that crosses the share; null when none does, or somebody has approved it. */
export function crossingWave(header: Pick<RolloutHeader, 'waves' | 'second'>): number | null {
  const index = header.waves.findIndex((_, at) => isSecondDue(header, at));
  return index < 0 ? null : index;
}

/** `by` null: a person whom the rollout does not know, which is never the second. */
export function approveWave(header: RolloutHeader, index: number, by: Approver | null): RolloutHeader {
  const isOwn = header.second != null && isSameOperator(header.second.requestedBy, by);
  if (isSecondDue(header, index) && (by === null || isOwn)) return header;
  const waves = header.waves.map((wave, at) =>
    at === index ? { ...wave, isApproved: true, ...(by ? { approvedBy: by.operator } : {}) } : wave,
  );
  if (!header.second || !isSecondDue(header, index) || by === null) return { ...header, waves };
  return { ...header, waves, second: { ...header.second, approvedBy: by.operator } };
}

export type Approver = SecondApproval['requestedBy'];

/** One name with two credentials is not two people either. */
export function isSameOperator(a: Approver, b: Approver | null): boolean {
  return b !== null && (a.principal === b.principal || a.operator === b.operator);
}

function devicesThrough(waves: readonly WaveHeader[], index: number): number {
  return waves.slice(0, index + 1).reduce((sum, { total, counts }) => sum + total - counts.skipped, 0);
}
