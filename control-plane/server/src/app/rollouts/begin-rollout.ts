import { type RolloutId, succeed } from '@wherry/protocol';
import type { RolloutHeader } from '../../domain/rollouts/model.ts';
import { breathe } from '../breathe.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { transact, type Work } from '../transact.ts';
import { NOT_ASSIGNED, takeOver } from './leave-rollouts.ts';
import { RolloutRun } from './rollout-run.ts';
import { guardBeginning } from './second-approval.ts';

/** Opens a rollout that an event may begin, under the tenant's rules of now. When it begins, its devices leave the rollouts of the app that have begun before. */
export async function openToBegin(work: Work, id: RolloutId | string): Promise<RolloutRun | null> {
  const run = await RolloutRun.open(work, id, async (record) => void (await takeOver(work, record)));
  if (run) await guardBeginning(work, run);
  return run;
}

/** Whether an event that starts it would begin it now. */
export function isToBegin({ beganAtMs, startAtMs }: RolloutHeader, nowMs: number): boolean {
  return beganAtMs === null && (startAtMs === null || startAtMs <= nowMs);
}

/**
 * Takes over, a batch at a time, the devices that others have not assigned: they may be many. Those that are assigned leave in the
 * transaction that begins the rollout, so that no slot that frees is given to one that is about to leave.
 */
export async function takeOverAhead(context: AppContext, tenant: string, id: RolloutId | string): Promise<void> {
  for (;;) {
    const taken = await transact(context, tenant, async (work) => {
      const record = await work.repositories.rollouts.find(tenant, id);
      return succeed(record ? await takeOver(work, record, NOT_ASSIGNED, APP_LIMITS.takeOverBatch) : 0);
    });
    if (!taken.ok || taken.value < APP_LIMITS.takeOverBatch) return;
    await breathe();
  }
}
