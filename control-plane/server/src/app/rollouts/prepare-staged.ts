import { type RolloutId, succeed } from '@wherry/protocol';
import type { Member } from '../../domain/rollouts/model.ts';
import { breathe } from '../breathe.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { LostRace, transact, type Work } from '../transact.ts';
import { openToBegin, takeOverAhead } from './begin-rollout.ts';
import { takeInMissed } from './join-growing.ts';

/**
 * Brings a rollout whose members are staged to its beginning: members in batches, then the devices that it takes over in batches, then
 * the one step that begins it. Each batch is a transaction; a crash leaves batches that are staged still, and whoever comes next goes on.
 */
export async function prepareStaged(context: AppContext, tenant: string, id: RolloutId): Promise<boolean> {
  const { store, clock } = context;
  const untilMs = clock.nowMs() + APP_LIMITS.prepareLeaseMs;
  if (!(await store.rollouts.leaseStaged(tenant, id, clock.nowMs(), untilMs))) return false;
  for (;;) {
    const written = await transact(context, tenant, (work) => writeNext(work, id));
    if (!written.ok || written.value === 0) break;
    await breathe();
  }
  const record = await store.rollouts.find(tenant, id);
  if (record?.header.state === 'preparing' && record.header.startsWhenPrepared)
    await takeOverAhead(context, tenant, id);
  const begun = await transact(context, tenant, (work) => finish(work, id));
  return begun.ok && begun.value;
}

/** The header is saved too: its revision guards the members against whoever aborts the rollout meanwhile. */
async function writeNext(work: Work, id: RolloutId) {
  const { repositories, tenant, nowMs } = work;
  const record = await repositories.rollouts.find(tenant, id);
  if (!record) return succeed(0);
  const isAborted = record.header.state === 'aborted';
  const settle = (member: Member): Member =>
    isAborted && member.state === 'pending'
      ? { ...member, state: 'skipped', message: 'the rollout was aborted before its turn', updatedAtMs: nowMs }
      : member;
  const written = await repositories.rollouts.writeStaged(tenant, id, settle);
  if (written === 0) return succeed(0);
  if (!(await repositories.rollouts.save(record))) throw new LostRace(`rollout ${id}`);
  await repositories.rollouts.keepLease(tenant, id, nowMs + APP_LIMITS.prepareLeaseMs);
  return succeed(written);
}

/** An older rollout of the app begins first, so that the newer one has the devices. */
async function finish(work: Work, id: RolloutId) {
  const { repositories, tenant } = work;
  await repositories.rollouts.keepLease(tenant, id, null);
  const run = await openToBegin(work, id);
  if (!run || (await repositories.rollouts.hasStaged(tenant, id))) return succeed(false);
  const { header, app } = run.record;
  if (header.state !== 'preparing') return succeed(true);
  if (await repositories.rollouts.hasOlderPreparing(tenant, app, id)) return succeed(false);
  await run.feed({ type: 'prepared' });
  await takeInMissed(work, run);
  await run.save();
  return succeed(true);
}
