import type { AppName, Digest, RolloutId, RolloutRequest, Version } from '@wherry/protocol';
import type { RolloutHeader } from '../../domain/rollouts/model.ts';
import type { RolloutPlan } from '../../domain/rollouts/plan.ts';
import type { Assignment } from '../../storage/port/desired.ts';
import type { MemberRecord, MemberTarget, RolloutRecord } from '../../storage/port/rollouts.ts';
import { APP_LIMITS } from '../limits.ts';
import type { Work } from '../transact.ts';
import type { Caller } from '../use-cases.ts';
import { openToBegin } from './begin-rollout.ts';
import { takeInMissed } from './join-growing.ts';
import { secondFor } from './second-approval.ts';

export interface NewRollout {
  readonly app: AppName;
  readonly version: Version;
  readonly release: Digest;
  readonly releaseCounter: number;
  readonly request: Pick<RolloutRequest, 'selector' | 'config' | 'rollback'> &
    Partial<Pick<RolloutRequest, 'window' | 'download' | 'draft'>>;
  readonly plan: RolloutPlan;
  /** What each device is to run of this app now: where a revert goes back to. */
  readonly assigned: ReadonlyMap<string, Assignment>;
  /** Devices that go elsewhere than to `release`. */
  readonly targets: ReadonlyMap<string, MemberTarget>;
  readonly reverts: RolloutId | null;
}

/** Saves a planned rollout and, unless it is a draft, starts it; one over many devices is staged, and begins when it is prepared. */
export async function createRollout(work: Work, caller: Caller, rollout: NewRollout): Promise<RolloutRecord> {
  const { app, version, release, releaseCounter, request, reverts } = rollout;
  const id = work.context.newId() as RolloutId;
  const { members } = rollout.plan;
  const requestedBy = { operator: caller.operator, principal: caller.principal };
  const second = await secondFor(work.repositories, work.tenant, { id, release, reverts }, requestedBy);
  const header: RolloutHeader = { ...rollout.plan.header, second };
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
    terms: {
      ...(request.window ? { window: request.window } : {}),
      ...(request.download ? { download: request.download } : {}),
    },
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
  const { rollouts } = work.repositories;
  // Behind an older one that is being prepared it waits, so that it begins last and has the devices.
  if (rows.length > APP_LIMITS.membersAtOnce || (await rollouts.hasOlderPreparing(work.tenant, app))) {
    const staged: RolloutHeader = { ...header, state: 'preparing', startsWhenPrepared: !request.draft };
    const preparing = { ...record, header: staged };
    await rollouts.stage(preparing, rows, APP_LIMITS.membersPerBatch);
    return preparing;
  }
  await rollouts.add(record, rows);
  if (request.draft) return record;
  const run = await openToBegin(work, id);
  if (!run) throw new Error(`rollout ${id} is gone in the transaction that made it`);
  await run.feed({ type: 'start' });
  await takeInMissed(work, run);
  return await run.save();
}
