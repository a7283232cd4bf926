import type { AppName, Digest, RolloutId, RolloutRequest, Version } from '@wherry/protocol';
import { type PlannedDevice, planRollout } from '../../domain/rollouts/plan.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { MemberRecord, MemberTarget, RolloutRecord } from '../../storage/port/rollouts.ts';
import type { Work } from '../transact.ts';
import type { Caller } from '../use-cases.ts';
import { leaveRollouts } from './leave-rollouts.ts';
import { RolloutRun } from './rollout-run.ts';

export interface NewRollout {
  readonly app: AppName;
  readonly version: Version;
  readonly release: Digest;
  readonly releaseCounter: number;
  readonly request: Omit<RolloutRequest, 'app' | 'version'>;
  readonly devices: readonly PlannedDevice[];
  /** What each device is to run of this app now: where a revert goes back to. */
  readonly assigned: ReadonlyMap<string, Assignment>;
  /** Devices that go elsewhere than to `release`. */
  readonly targets: ReadonlyMap<string, MemberTarget>;
  readonly reverts: RolloutId | null;
}

/** Plans, saves and starts a rollout. Its devices leave older rollouts of the same app first. */
export async function createRollout(work: Work, caller: Caller, rollout: NewRollout): Promise<RolloutRecord> {
  const { app, version, release, releaseCounter, request, reverts } = rollout;
  const id = work.context.newId() as RolloutId;
  const { header, members } = planRollout(request, rollout.devices, work.nowMs);
  const moving = members.filter((member) => member.state !== 'skipped').map(({ device }) => device);
  await leaveRollouts(work, moving, `taken over by the newer rollout ${id}`, app);
  const record: RolloutRecord = {
    tenant: work.tenant,
    id,
    app,
    version,
    release,
    releaseCounter,
    selector: request.selector,
    config: request.config,
    rollback: request.rollback,
    createdBy: caller.operator,
    createdAtMs: work.nowMs,
    reverts,
    revertedBy: null,
    header,
    revision: 0,
  };
  const rows = members.map((member, position): MemberRecord => {
    const before = rollout.assigned.get(member.device);
    return {
      rollout: id,
      position,
      member,
      previousRelease: before?.release ?? null,
      previousVersion: before?.version ?? null,
      previousConfig: before?.config ?? {},
      target: rollout.targets.get(member.device) ?? null,
    };
  });
  await work.repositories.rollouts.add(record, rows);
  const run = await RolloutRun.open(work, id);
  if (!run) throw new Error(`rollout ${id} is gone in the transaction that made it`);
  await run.feed({ type: 'start' });
  return await run.save();
}
