import { canonicalJson } from '@wherry/protocol';
import type { UsageFigures } from '../../domain/rollouts/watch.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { AssignedFrom, MemberRecord, RolloutRecord } from '../../storage/port/rollouts.ts';
import type { Work } from '../transact.ts';

/** Usage before an update is the mean of this long before it. */
const BASELINE_MS = 3_600_000;

/**
 * What each device ran when it is assigned. A rollout that was planned long ago, or a device that waited aside, may have been moved by
 * another one since: a revert goes back to what was there then.
 */
export async function noteAssignedFrom(
  work: Work,
  rollout: RolloutRecord,
  records: readonly MemberRecord[],
  current: ReadonlyMap<string, Assignment>,
): Promise<void> {
  const { memoryFactor, cpuFactor } = rollout.header.watch;
  const names = records.map(({ member }) => member.device);
  const baselines: ReadonlyMap<string, UsageFigures> =
    memoryFactor === null && cpuFactor === null
      ? new Map()
      : await work.repositories.usage.means(work.tenant, rollout.app, names, work.nowMs - BASELINE_MS, work.nowMs);
  const changed = records.flatMap((record): AssignedFrom[] => {
    const now = current.get(record.member.device);
    const from: AssignedFrom = {
      device: record.member.device,
      previousRelease: now?.release ?? null,
      previousVersion: now?.version ?? null,
      previousConfig: now?.config ?? {},
      baseline: baselines.get(record.member.device) ?? null,
    };
    return from.baseline === null && isSame(record, from) ? [] : [from];
  });
  if (changed.length > 0) await work.repositories.rollouts.saveAssigned(work.tenant, rollout.id, changed);
}

function isSame(record: MemberRecord, from: AssignedFrom): boolean {
  return (
    record.previousRelease === from.previousRelease &&
    canonicalJson(record.previousConfig) === canonicalJson(from.previousConfig)
  );
}
