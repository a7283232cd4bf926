import { nextGeneration } from '../../domain/devices/generation.ts';
import type { Picked } from '../../domain/rollouts/model.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { MemberRecord, RolloutRecord } from '../../storage/port/rollouts.ts';
import type { Work } from '../transact.ts';

/** What the machine must know of each picked member: attempt and generation of an assignment now, and what forbids it. */
export async function pickFor(
  work: Work,
  rollout: RolloutRecord,
  rows: readonly { readonly record: MemberRecord; readonly isOnline: boolean }[],
): Promise<{ picked: Picked[]; current: ReadonlyMap<string, Assignment> }> {
  const devices = rows.map(({ record }) => record.member.device);
  const states = await work.repositories.devices.states(work.tenant, devices);
  const assigned = await work.repositories.desired.assignments(work.tenant, devices);
  const current = new Map(assigned.filter(({ app }) => app === rollout.app).map((one) => [one.device, one]));
  const picked = rows.map(({ record, isOnline }): Picked => {
    const { member } = record;
    const state = states.get(member.device);
    const before = current.get(member.device);
    const picked = {
      member,
      isOnline,
      attempt: (before?.attempt ?? 0) + 1,
      generation: state ? nextGeneration(state) : 1,
    };
    if (!state) return { ...picked, skip: 'the device was removed' };
    const isNewer = before?.release != null && before.releaseCounter > rollout.releaseCounter;
    if (isNewer && !rollout.rollback)
      return { ...picked, skip: `it has the newer ${rollout.app} ${before.version}; only a rollback moves it down` };
    return picked;
  });
  return { picked, current };
}

export function assignmentFor(rollout: RolloutRecord, record: MemberRecord): Assignment {
  const { member, target } = record;
  return {
    device: member.device,
    app: rollout.app,
    release: target ? target.release : rollout.release,
    version: target ? target.version : rollout.version,
    releaseCounter: target ? target.releaseCounter : rollout.releaseCounter,
    config: target ? target.config : rollout.config,
    attempt: member.attempt,
    rollout: rollout.id,
    isRollback: rollout.rollback,
    terms: rollout.terms,
  };
}
